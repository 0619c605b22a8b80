/*
 * A guest's answers, read as from a stranger. See answer.h.
 */
#include "harness/guest/answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(char *error, size_t bytes, const char *what, const char *word)
{
	snprintf(error, bytes, "%s '%.40s'", what, word);
	return -EPROTO;
}

/* Decimal digits and nothing else; what follows them is at *end. */
static bool read_number(const char *text, uint64_t *value, const char **end)
{
	char *after;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &after, 10);
	*end = after;
	return errno == 0;
}

static bool at_end(const char *text)
{
	return text[0] == '\0' || text[0] == ' ';
}

int answer_read(struct guest_answer *answer, const char *words, char *error, size_t error_bytes)
{
	static const char *const names[] = {"tasks", "operations", "bytes", "checksum"};
	uint64_t *const values[] = {
		&answer->tasks, &answer->operations, &answer->bytes, &answer->checksum};
	unsigned seen = 0;

	*answer = (struct guest_answer){0};
	for (const char *word = words + strspn(words, " "); *word != '\0';) {
		size_t length = strcspn(word, "= ");
		const char *end = word;
		int i = 0;

		while (i < 4 &&
			(strlen(names[i]) != length || strncmp(names[i], word, length) != 0))
			i++;
		if (i == 4 || word[length] != '=')
			return wrong(error, error_bytes, "unknown word", word);
		if ((seen & 1u << i) != 0)
			return wrong(error, error_bytes, "said twice:", word);
		if (!read_number(word + length + 1, values[i], &end) || !at_end(end))
			return wrong(error, error_bytes, "not a number below 2^64:", word);
		seen |= 1u << i;
		word = end + strspn(end, " ");
	}
	if ((seen & 3) != 3)
		return wrong(error, error_bytes, "no tasks= and operations= in", words);
	return 0;
}

/* One "max=NS". Returns its end; NULL: it is not one. */
static const char *read_max(const char *word, uint64_t *max_ns)
{
	const char *end;

	if (strncmp(word, "max=", 4) != 0 || !read_number(word + 4, max_ns, &end) || !at_end(end))
		return NULL;
	return end;
}

static const char *read_pair(const char *word, uint64_t *bucket, uint64_t *count)
{
	const char *end;

	if (!read_number(word, bucket, &end) || *end != ':' || !read_number(end + 1, count, &end) ||
		!at_end(end) || *bucket >= HISTOGRAM_BUCKETS)
		return NULL;
	return end;
}

int answer_read_latency(struct lane *lane, const char *words, char *error, size_t error_bytes)
{
	uint64_t max_ns = 0, highest = 0;

	for (const char *word = words + strspn(words, " "); *word != '\0';) {
		uint64_t bucket = 0, count = 0;
		const char *end = read_max(word, &max_ns);

		if (end == NULL)
			end = read_pair(word, &bucket, &count);
		if (end == NULL)
			return wrong(error, error_bytes, "not BUCKET:COUNT or max=NS:", word);
		lane->histogram.counts[bucket] += count;
		if (count != 0 && bucket > highest)
			highest = bucket;
		word = end + strspn(end, " ");
	}
	if (max_ns == 0)
		max_ns = histogram_upper_ns((unsigned)highest);
	if (histogram_bucket(max_ns) != highest)
		return wrong(error, error_bytes, "max= is not in the highest bucket", "");
	if (max_ns > lane->max_ns)
		lane->max_ns = max_ns;
	return 0;
}
