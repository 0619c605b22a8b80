/*
 * Intervals and the ledger, on numbers whose truth is known.
 */
#include <math.h>
#include <string.h>

#include "harness/run/random.h"
#include "harness/selftest/selftest.h"

/*
 * The interval of a median over a skewed distribution: of 1 000 fixed draws, in how many does it
 * hold the true median? 930 .. 985 is 95 % with what a discrete rank adds and chance takes.
 */
void check_coverage(struct line *line, const struct subjects *subjects, int variant)
{
	enum { REPEATS = 1000, LEAST = 930, MOST = 985, VALUES_MAX = 32 };
	double values[VALUES_MAX];
	uint64_t state = 42;
	int n = variant;
	int held = 0;

	for (int repeat = 0; repeat < REPEATS; repeat++) {
		for (int i = 0; i < n; i++)
			values[i] = -log(1 - (double)(random_next(&state) >> 11) * 0x1p-53);
		struct interval interval = subjects->interval(values, n, 0.95);
		held += interval_contains(&interval, log(2));
	}
	line_expected(line, "the true median in 95 %% of %d intervals of %d values", REPEATS, n);
	line_measured(line, "in %d", held);
	line_tolerance(line, "%d .. %d", LEAST, MOST);
	line_judge(line, held >= LEAST && held <= MOST);
}

static double noise(uint64_t *state)
{
	return (double)(random_next(state) >> 11) * 0x1p-53 - 0.5;
}

/*
 * The interval of bytes per task: 9 blocks of 3 sizes each, in which a block has a draw of its own
 * that all its sizes share (as one address space decides all children's) and each point its noise.
 */
void check_fit(struct line *line, const struct subjects *subjects, int variant)
{
	enum { REPEATS = 1000, LEAST = 930, MOST = 985, BLOCKS = 9, SIZES = 3 };
	static const double tasks[SIZES] = {100, 500, 2000};
	const double fixed_bytes = 1e6, task_bytes = 30000;
	struct fit_point points[BLOCKS * SIZES];
	double of_block = 0;
	uint64_t state = 42;
	int held = 0;

	(void)variant;
	for (int repeat = 0; repeat < REPEATS; repeat++) {
		for (int i = 0; i < BLOCKS * SIZES; i++) {
			double n = tasks[i % SIZES];

			if (i % SIZES == 0)
				of_block = 3000 * noise(&state);
			points[i] = (struct fit_point){i / SIZES, n,
				fixed_bytes + (task_bytes + of_block) * n + 4e5 * noise(&state)};
		}
		struct interval interval = subjects->slopes(points, BLOCKS * SIZES, 0.95);
		held += interval_contains(&interval, task_bytes);
	}
	line_expected(
		line, "the true bytes in 95 %% of %d intervals of %d blocks", REPEATS, BLOCKS);
	line_measured(line, "in %d", held);
	line_tolerance(line, "%d .. %d", LEAST, MOST);
	line_judge(line, held >= LEAST && held <= MOST);
}

static struct record worked(uint64_t rounds)
{
	struct record record = {0};

	record.work = (struct record_work){.rounds = rounds,
		.tasks = 8,
		.operations = 24 * rounds,
		.bytes = 4096 * rounds,
		.checksum = 0xdeadbeefcafef00du * rounds};
	return record;
}

/* Cheaters of every kind beside an honest sibling that did more rounds. */
void check_ledger(struct line *line, const struct subjects *subjects, int variant)
{
	static const char *const kinds[] = {"tasks", "operations", "bytes", "checksum"};
	enum { KINDS_OF_WORK = sizeof(kinds) / sizeof(kinds[0]) };
	struct record honest = worked(5);
	struct record sibling = worked(7);
	bool accepted = subjects->difference(&honest, &sibling) == NULL;
	int caught = 0;

	(void)variant;
	for (int i = 0; i < KINDS_OF_WORK; i++) {
		struct record cheater = worked(7);
		uint64_t *counts[] = {&cheater.work.tasks, &cheater.work.operations,
			&cheater.work.bytes, &cheater.work.checksum};

		*counts[i] -= 1;
		const char *found = subjects->difference(&honest, &cheater);
		caught += found != NULL && strcmp(found, kinds[i]) == 0;
	}
	line_expected(line, "%d of %d cheaters caught, the honest one accepted", KINDS_OF_WORK,
		KINDS_OF_WORK);
	line_measured(line, "%d of %d caught, the honest one %s", caught, KINDS_OF_WORK,
		accepted ? "accepted" : "refused");
	line_tolerance(line, "exact");
	line_judge(line, accepted && caught == KINDS_OF_WORK);
}
