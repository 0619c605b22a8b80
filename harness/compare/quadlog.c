#include "harness/compare/quadlog.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char quadlog_end[] = "end", quadlog_canary[] = "canary ";

static const char heading[] =
	"suite,injection,share,benchmark,quad,first,state,wall1,wall2,wall3,wall4,cpu1,cpu2,cpu3,"
	"cpu4,stall1,stall2,stall3,stall4,total1,total2,total3,total4";

enum { LINE_BYTES = 1024, ROWS_FIRST = 1024 };

/* Cuts off a row that was being written when its comparison was killed. */
static int cut_last(FILE *file)
{
	long end = 0;

	rewind(file);
	for (int c; (c = fgetc(file)) != EOF;)
		end = c == '\n' ? ftell(file) : end;
	return ftruncate(fileno(file), end) != 0 || fseek(file, 0, SEEK_END) != 0 ? -errno : 0;
}

FILE *quadlog_open(const char *path)
{
	char line[LINE_BYTES] = "";
	FILE *file = fopen(path, "a+e");
	int rc = file == NULL ? -errno : 0;

	if (rc == 0 && fgets(line, sizeof(line), file) == NULL)
		fprintf(file, "%s\n", heading);
	else if (rc == 0 && strncmp(line, heading, sizeof(heading) - 1) != 0)
		rc = -EINVAL;
	else if (rc == 0)
		rc = cut_last(file);
	if (rc == 0 && fflush(file) != 0)
		rc = -errno;
	if (rc != 0 && file != NULL)
		fclose(file);
	errno = -rc;
	return rc == 0 ? file : NULL;
}

/* Six digits: two more than any noise. */
static size_t add_number(char *line, size_t end, double value)
{
	return end + (size_t)(isnan(value)
				      ? snprintf(line + end, LINE_BYTES - end, ",")
				      : snprintf(line + end, LINE_BYTES - end, ",%.6g", value));
}

int quadlog_write(FILE *out, const struct quad_row *row)
{
	char line[LINE_BYTES];
	size_t end = (size_t)snprintf(line, sizeof(line), "%llu,%s,%.5g,%s,%d,%s,%s",
		(unsigned long long)row->suite, row->injection, row->share, row->benchmark,
		row->quad, row->first == ARM_BASE ? "base" : "head", row->state);

	for (int i = 0; i < LOGGED; i++)
		for (int j = 0; j < QUAD; j++)
			end = add_number(line, end, row->values[i][j]);
	fprintf(out, "%s\n", line);
	return fflush(out) != 0 ? -errno : 0;
}

/* The next field into text; at moves behind its comma. False at the end of the line. */
static bool next_field(const char **at, char *text, size_t bytes)
{
	if (*at == NULL)
		return false;
	size_t length = strcspn(*at, ",");
	if (length >= bytes)
		return false;
	memcpy(text, *at, length);
	text[length] = '\0';
	*at = (*at)[length] == ',' ? *at + length + 1 : NULL;
	return true;
}

static bool next_number(const char **at, double *value)
{
	char text[40], *end;

	if (!next_field(at, text, sizeof(text)))
		return false;
	*value = text[0] == '\0' ? NAN : strtod(text, &end);
	return text[0] == '\0' || *end == '\0';
}

int quadlog_parse(struct quad_row *row, const char *line)
{
	char suite[24], first[8], *end = NULL;
	double quad = 0;
	bool good;

	memset(row, 0, sizeof(*row));
	good = next_field(&line, suite, sizeof(suite)) &&
	       next_field(&line, row->injection, sizeof(row->injection)) &&
	       next_number(&line, &row->share) &&
	       next_field(&line, row->benchmark, sizeof(row->benchmark)) &&
	       next_number(&line, &quad) && next_field(&line, first, sizeof(first)) &&
	       next_field(&line, row->state, sizeof(row->state));
	for (int i = 0; i < LOGGED && good; i++)
		for (int j = 0; j < QUAD && good; j++)
			good = next_number(&line, &row->values[i][j]);
	if (!good || line != NULL || isnan(row->share) || !(quad >= 0 && quad < 1e6))
		return -EINVAL;
	row->suite = strtoull(suite, &end, 10);
	row->quad = (int)quad;
	row->first = strcmp(first, "head") == 0 ? ARM_HEAD : ARM_BASE;
	return suite[0] == '\0' || *end != '\0' ||
			       (row->first == ARM_BASE && strcmp(first, "base") != 0)
		       ? -EINVAL
		       : 0;
}

static int add_row(struct quad_row **rows, int *count, const char *line)
{
	/* room doubles: it is full whenever the count is a power of two, from the first on */
	bool full = *count == 0 || (*count >= ROWS_FIRST && (*count & (*count - 1)) == 0);
	size_t room = *count == 0 ? ROWS_FIRST : 2 * (size_t)*count;

	if (full) {
		struct quad_row *grown = realloc(*rows, room * sizeof(**rows));
		if (grown == NULL)
			return -ENOMEM;
		*rows = grown;
	}
	int rc = quadlog_parse(&(*rows)[*count], line);
	*count += rc == 0;
	return rc;
}

static int read_lines(FILE *file, const char *path, struct quad_row **rows, int *count, char *error,
	size_t error_bytes)
{
	char line[LINE_BYTES];
	int number = 0, rc = 0;

	while (rc == 0 && fgets(line, sizeof(line), file) != NULL) {
		number++;
		size_t bytes = strcspn(line, "\r\n");
		bool cut = line[bytes] == '\0';
		line[bytes] = '\0';
		/* a row that was being written when its comparison was killed */
		if (cut && feof(file) && number > 1)
			break;
		if (number == 1)
			rc = strcmp(line, heading) == 0 ? 0 : -EINVAL;
		else
			rc = add_row(rows, count, line);
	}
	if (number == 0)
		rc = -EINVAL;
	if (rc == -EINVAL)
		snprintf(error, error_bytes, "%.200s: line %d is no row of a log of quads", path,
			number > 0 ? number : 1);
	return rc;
}

int quadlog_read(
	const char *path, struct quad_row **rows, int *count, char *error, size_t error_bytes)
{
	FILE *file = fopen(path, "re");
	int rc = file == NULL ? -errno : 0;

	if (rc == 0)
		rc = read_lines(file, path, rows, count, error, error_bytes);
	if (rc != 0 && rc != -EINVAL)
		snprintf(error, error_bytes, "%.200s: %s", path, strerror(-rc));
	if (file != NULL)
		fclose(file);
	return rc;
}
