/*
 * The lectures' examples as demonstrations: the timeline of what happened here beside what the
 * notes' Python prints. The harness knows the table only, as it does the workloads; the examples
 * themselves are models/async/examples.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/demo/demo.h"
#include "models/async/examples/examples.h"

enum { LEFT_COLUMNS = 54, LEFT_BYTES = 256 };

/* Columns that a text takes. */
static int width(const char *text, size_t bytes)
{
	int columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += (text[i] & 0xc0) != 0x80;
	return columns;
}

/* Two texts line by line beside each other. */
static char *beside(const char *left, const char *right)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	fprintf(out, "\n  %-*s| %s\n", LEFT_COLUMNS, "what happened here (10 ms for a second)",
		"what the notes' Python prints");
	while (*left != '\0' || *right != '\0') {
		size_t a = strcspn(left, "\n"), b = strcspn(right, "\n");
		int fill = LEFT_COLUMNS - width(left, a);
		fprintf(out, "  %.*s%*s| %.*s\n", (int)a, left, fill > 0 ? fill : 0, "", (int)b,
			right);
		left += a + (left[a] == '\n');
		right += b + (right[b] == '\n');
	}
	fclose(out);
	return text;
}

/* Where a claim has the example's name, the example is NAME-timeline. */
static const struct example *find(const char *name)
{
	const struct example *example = examples;
	const char *suffix = strstr(name, "-timeline");
	size_t bytes = suffix == NULL ? strlen(name) : (size_t)(suffix - name);

	while (example->name != NULL &&
		(strlen(example->name) != bytes || strncmp(example->name, name, bytes) != 0))
		example++;
	return example->name == NULL ? NULL : example;
}

static int run(struct demo_result *result, const struct demo_setting *setting)
{
	const struct example *example = find(result->demo->name);
	char *timeline = NULL;
	size_t bytes = 0;

	(void)setting;
	if (example == NULL)
		return -ENOENT;
	FILE *out = open_memstream(&timeline, &bytes);
	if (out == NULL)
		return -ENOMEM;
	int rc = example->fn(out);
	if (fclose(out) != 0 && rc == 0)
		rc = -ENOMEM;
	if (rc == 0) {
		result->story = beside(timeline, example->python);
		result->verdict = DEMO_HOLDS;
		rc = result->story == NULL ? -ENOMEM : 0;
	}
	free(timeline);
	return rc;
}

/* In the order of the notes; a test compares names and sentences with the examples' own. */
const struct demo demo_examples[] = {
	{"lazy-start", DEMO_EXAMPLE, 0.1, "creating a generator runs nothing of its body", "", run},
	{"fibonacci", DEMO_EXAMPLE, 0.1, "values on demand; the return value is told once", "",
		run},
	{"running-total", DEMO_EXAMPLE, 0.1,
		"a coroutine fed with send answers with the sum so far", "", run},
	{"errors", DEMO_EXAMPLE, 0.1, "throw and close arrive at the yield; clean-ups run once", "",
		run},
	{"interleave", DEMO_EXAMPLE, 0.1, "generators taken in turns", "", run},
	{"pipeline", DEMO_EXAMPLE, 0.1, "follow, grep and print over a file that grows", "", run},
	{"robot", DEMO_EXAMPLE, 0.1, "a worker with commands, delegation, states and clean-up", "",
		run},
	{"scheduler", DEMO_EXAMPLE, 0.1, "tasks, a ready queue, a main loop, exit", "", run},
	{"polling-timeline", DEMO_EXAMPLE, 0.1,
		"two waits overlap, and a whole CPU burns meanwhile", "", run},
	{"generations", DEMO_EXAMPLE, 0.1,
		"the same events by delegation, marked generators, the early loop, async/await", "",
		run},
	{"bridge", DEMO_EXAMPLE, 0.1, "an old polling coroutine works on the real loop", "", run},
	{"gather-timeline", DEMO_EXAMPLE, 0.1, "three waits take as long as the longest one", "",
		run},
	{"create-task", DEMO_EXAMPLE, 0.1, "spawning runs nothing, waiting does", "", run},
	{"queue-join", DEMO_EXAMPLE, 0.1, "five items, then the consumer is cancelled", "", run},
	{"bounded-queue-timeline", DEMO_EXAMPLE, 0.1,
		"a fast producer is suspended while three wait", "", run},
	{"locks", DEMO_EXAMPLE, 0.1, "who waits for whom, in which order", "", run},
	{"executor-timeline", DEMO_EXAMPLE, 0.1, "the loop ticks while a call blocks a pool thread",
		"", run},
	{"blocking", DEMO_EXAMPLE, 0.1, "the loop stalls, debug mode says who", "", run},
	{"simulator", DEMO_EXAMPLE, 0.1, "who is not awaited is cancelled", "", run},
	{"channels", DEMO_EXAMPLE, 0.1, "a send meets a receive; select takes what is ready", "",
		run},
	{0},
};
