/*
 * lines: one operation is one line of a file that is read, searched and counted, by generators that
 * pull one line at a time, or over a list into which the whole file was read first. The same lines
 * are counted both ways; what differs is how many are in memory at once.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/demo/demo.h"
#include "bench/draw.h"
#include "models/async/generator.h"

enum { LINES_TASKS, LINES_LINES, LINES_WAY };
enum way { WAY_GENERATOR, WAY_LIST };
enum { LINE_BYTES = 64, BUFFER_BYTES = 4096 };

static const char *const ways[] = {[WAY_GENERATOR] = "generator", [WAY_LIST] = "list", NULL};

static const struct param lines_params[] = {
	[LINES_TASKS] = {"tasks", "readers of the file; it is one", PARAM_COUNT, 1, 1, 1, 1, NULL},
	[LINES_LINES] = {"lines", "lines of the file, which is read once per round", PARAM_COUNT, 1,
		10000000, 1000, 10000, NULL},
	[LINES_WAY] = {"way", "generator: line by line; list: the whole file first", PARAM_CHOICE,
		WAY_GENERATOR, WAY_LIST, WAY_GENERATOR, WAY_GENERATOR, ways},
	{0},
};

/* In the arena. The file is in memory, but mapped by nobody: it is no part of the figures. */
struct lines_shared {
	FILE *file;
	char buffer[BUFFER_BYTES]; /* of the stream, so that nothing depends on malloc's mood */
};

/* Yields each line; it is valid until the next one. */
static int read_lines(struct generator *self, void *arg)
{
	char line[LINE_BYTES];
	int rc = 0;

	rewind(arg);
	while (rc == 0 && fgets(line, sizeof(line), arg) != NULL)
		rc = generator_yield(self, (intptr_t)line, NULL);
	return rc;
}

/* Yields what matches of the lines of another generator. */
static int grep(struct generator *self, void *arg)
{
	struct generator *lines = arg;
	intptr_t line;
	int rc;

	while ((rc = generator_next(lines, &line)) == GENERATOR_YIELDED) {
		if (strstr((const char *)line, " ERROR ") == NULL)
			continue;
		rc = generator_yield(self, line, NULL);
		if (rc != 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

/* What a matching line adds to the checksum. */
static uint64_t proof(const char *line)
{
	return strtoull(line, NULL, 16);
}

static int count_pulled(FILE *file, uint64_t *sum)
{
	struct generator *lines = NULL, *matches = NULL;
	intptr_t line;
	int rc = generator_create(&lines, read_lines, file);

	if (rc == 0)
		rc = generator_create(&matches, grep, lines);
	while (rc == 0 && (rc = generator_next(matches, &line)) == GENERATOR_YIELDED)
		*sum += proof((const char *)line);
	generator_free(matches);
	generator_free(lines);
	return rc < 0 ? rc : 0;
}

static int count_listed(FILE *file, int64_t lines, uint64_t *sum)
{
	char(*list)[LINE_BYTES] = malloc((size_t)lines * sizeof(*list));
	int64_t count = 0;

	if (list == NULL)
		return -ENOMEM;
	rewind(file);
	while (count < lines && fgets(list[count], sizeof(list[count]), file) != NULL)
		count++;
	for (int64_t i = 0; i < count; i++)
		if (strstr(list[i], " ERROR ") != NULL)
			*sum += proof(list[i]);
	free(list);
	return count == lines ? 0 : -EIO;
}

static int lines_task(void *arg)
{
	struct slot *slot = arg;
	const int64_t *values = slot->orders->values;
	struct lines_shared *shared = slot->orders->shared;

	while (slot->rc == 0 && slot_round(slot)) {
		uint64_t sum = 0;
		if (values[LINES_WAY] == WAY_LIST)
			slot->rc = count_listed(shared->file, values[LINES_LINES], &sum);
		else
			slot->rc = count_pulled(shared->file, &sum);
		slot_count(slot, (uint64_t)values[LINES_LINES], 0, sum);
	}
	return slot_result(slot);
}

static int lines_async(struct orders *orders)
{
	return crew_run(orders, lines_task);
}

static size_t lines_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct lines_shared) + 256;
}

static int write_lines(FILE *file, const struct orders *orders)
{
	for (int64_t i = 0; i < orders->values[LINES_LINES]; i++) {
		uint64_t value = draw(orders->seed, 0, (uint64_t)i);
		fprintf(file, "%016" PRIx64 " %s a line of a log\n", value,
			value % 10 == 0 ? "ERROR" : "fine");
	}
	return fflush(file) == 0 ? 0 : -errno;
}

static int lines_prepare(struct orders *orders)
{
	struct lines_shared *shared = arena_take(orders->arena, sizeof(*shared));
	int descriptor = memfd_create("concbench-lines", MFD_CLOEXEC);

	if (shared == NULL || descriptor < 0)
		return shared == NULL ? -ENOMEM : -errno;
	orders->shared = shared;
	shared->file = fdopen(descriptor, "w+");
	if (shared->file == NULL) {
		close(descriptor);
		return -ENOMEM;
	}
	setvbuf(shared->file, shared->buffer, _IOFBF, sizeof(shared->buffer));
	return write_lines(shared->file, orders);
}

static void lines_finish(struct orders *orders)
{
	struct lines_shared *shared = orders->shared;

	if (shared != NULL && shared->file != NULL)
		fclose(shared->file);
	orders->shared = NULL;
}

const struct workload lines_workload = {
	.name = "lines",
	.summary = "a file read and searched line by line, or as a whole",
	.kind = "primitive",
	.operation = "one line read, searched, counted",
	.params = lines_params,
	.concurrency = LINES_TASKS,
	.flags = WORKLOAD_NO_LATENCY | WORKLOAD_NO_CHUNKS | WORKLOAD_FAULTS,
	.pool = POOL_TASKS,
	.arena_bytes = lines_arena_bytes,
	.prepare = lines_prepare,
	.finish = lines_finish,
	.run = {[FAMILY_ASYNC] = lines_async},
	.why_not = {[FAMILY_STACKLESS] = "generators are written with stacks",
		[FAMILY_THREADS] = "generators belong to coroutines",
		[FAMILY_PROCESSES] = "generators belong to coroutines"},
};
