/*
 * A comparison of two sides that exist on paper, on a clock of their own, with noise from a seed.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/compare/compare.h"
#include "harness/run/random.h"
#include "harness/stats/power.h"
#include "tests/suite.h"

enum { BENCHMARKS = 5, CALLS_MAX = 40000 };

static const uint64_t second_ns = 1000000000u;

/* The scripted world; what a test changes, and what it saw. */
static struct {
	double effect, sigma, drift; /* of the head; of an invocation; per invocation */
	double stall;                /* of the head, share */
	double sigma_later;          /* than the pilot; 0 = as before */
	double pauses, waited;       /* of both sides; of the spinner */
	double share;                /* what the spinner says while it is > 0 … */
	int shares;                  /* … so many times */
	double canary_effect;        /* on the second and third of four … */
	bool takes_sides;            /* … or on those that count for the head */
	int fail_from;               /* the head fails from this call on; -1 = never */
	int other_work_at, stop_at;  /* calls; -1 = never */
	uint64_t now_ns, random;
	int calls, canaries, probes, base_first;
	enum arm arms[CALLS_MAX];
	int paddings[CALLS_MAX];
} world;

static struct compared benchmarks[BENCHMARKS];
static struct comparison comparison;

static double uniform(void)
{
	return ((double)(random_next(&world.random) >> 11) + 0.5) * 0x1p-53;
}

static int measure(
	struct compare_world *self, int benchmark, enum arm arm, int padding, struct sample *sample)
{
	int at = world.calls++;
	bool head = arm == ARM_HEAD;

	(void)self;
	ck_assert_int_lt(at, CALLS_MAX);
	world.now_ns += second_ns / 10;
	world.arms[at] = arm;
	world.paddings[at] = padding;
	memset(sample, 0, sizeof(*sample));
	bool later = world.sigma_later > 0 && at >= 4 * BENCHMARKS * PILOT_QUADS;
	double noise = (later ? world.sigma_later : world.sigma) * normal_quantile(uniform()) +
		       world.drift * at;
	sample->values[METRIC_WALL] =
		1000 * (benchmark + 1) * exp(noise + (head ? log1p(world.effect) : 0));
	sample->values[METRIC_CPU] = 500;
	sample->values[METRIC_STALL] = 0.01 + world.pauses + (head ? world.stall : 0);
	sample->values[METRIC_SWITCHES] = 1;
	sample->work.operations = at == world.other_work_at ? 99 : 100;
	if (head && world.fail_from >= 0 && at >= world.fail_from) {
		sample->status = STATUS_FAILED;
		strcpy(sample->reason, "ended by signal 11");
	}
	return at == world.stop_at ? -EINTR : 0;
}

static int probe(struct compare_world *self, int benchmark, struct sample *sample)
{
	(void)self;
	(void)benchmark;
	world.probes++;
	memset(sample, 0, sizeof(*sample));
	return 0;
}

static double spin(struct compare_world *self, int benchmark, double *waited)
{
	*waited = world.waited;
	(void)self;
	(void)benchmark;
	return world.shares-- > 0 ? world.share : 0;
}

static double canary(struct compare_world *self, int which)
{
	int place = world.canaries++ % 4;

	(void)self;
	(void)which;
	/* splitmix64 steps by a constant, so the coin that was tossed last can be seen again */
	uint64_t before = comparison.random - 0x9e3779b97f4a7c15u;
	bool head_first = world.takes_sides && random_below(&before, 2) == 1;
	bool inner = place == 1 || place == 2;
	return 1000 * (1 + (inner != head_first ? world.canary_effect : 0));
}

static uint64_t now_ns(struct compare_world *self)
{
	(void)self;
	return world.now_ns;
}

static struct compare_world interface = {
	.probe = probe, .measure = measure, .spin = spin, .canary = canary, .now_ns = now_ns};

static void set_up(void)
{
	memset(&world, 0, sizeof(world));
	world.sigma = 0.01;
	world.fail_from = world.other_work_at = world.stop_at = -1;
	world.random = 1;
	memset(benchmarks, 0, sizeof(benchmarks));
	memset(&comparison, 0, sizeof(comparison));
	comparison.world = &interface;
	comparison.benchmarks = benchmarks;
	comparison.count = BENCHMARKS;
	comparison.gates[METRIC_WALL] = comparison.gates[METRIC_CPU] = true;
	comparison.gates[METRIC_STALL] = true;
	comparison.budget_ns = 300 * second_ns;
	comparison.seed = 42;
}

static void tear_down(void)
{
	comparison_free(&comparison);
}

static struct comparison_summary execute(int rc)
{
	ck_assert_int_eq(comparison_execute(&comparison), rc);
	return comparison_summarize(&comparison);
}

START_TEST(quads_are_abba_or_baab_and_neighbours_share_a_padding)
{
	int head_first = 0;

	execute(0);
	ck_assert_int_eq(world.probes, BENCHMARKS);
	ck_assert_int_ge(world.calls, BENCHMARKS * PILOT_QUADS * 4);
	for (int i = 0; i < world.calls; i += 4) {
		const enum arm *arms = &world.arms[i];
		ck_assert(arms[0] == arms[3] && arms[1] == arms[2] && arms[0] != arms[1]);
		ck_assert_int_eq(world.paddings[i], world.paddings[i + 1]);
		ck_assert_int_eq(world.paddings[i + 2], world.paddings[i + 3]);
		head_first += arms[0] == ARM_HEAD;
	}
	ck_assert_int_gt(head_first, world.calls / 16);
	ck_assert_int_lt(head_first, world.calls / 4 - world.calls / 16);
}
END_TEST

START_TEST(the_same_twice_is_equivalent_also_while_the_machine_slows_down)
{
	world.drift = 0.0005;
	struct comparison_summary summary = execute(0);
	ck_assert_int_eq(summary.regressed, 0);
	ck_assert_int_eq(summary.improved, 0);
	ck_assert_int_eq(summary.equivalent, 3 * BENCHMARKS);
	ck_assert(!comparison.contaminated && !comparison.short_of_time);
}
END_TEST

START_TEST(five_per_cent_more_is_regressed_and_five_less_improved)
{
	world.effect = 0.05;
	struct comparison_summary summary = execute(0);
	ck_assert_int_eq(summary.regressed, BENCHMARKS);
	ck_assert_int_eq(summary.equivalent, 2 * BENCHMARKS);
	ck_assert_int_eq(benchmarks[0].findings[METRIC_WALL].verdict, VERDICT_REGRESSED);
	tear_down();
	set_up();
	world.effect = -0.05;
	summary = execute(0);
	ck_assert_int_eq(summary.improved, BENCHMARKS);
	ck_assert_int_eq(summary.regressed, 0);
}
END_TEST

START_TEST(quads_are_made_until_the_interval_is_narrow_whatever_the_pilot_said)
{
	/* an invocation's noise is a quad's: two against two, halved */
	world.sigma = 0.012;
	world.sigma_later = 0.05;
	world.effect = 0.05;
	struct comparison_summary summary = execute(0);
	ck_assert_int_eq(summary.regressed, BENCHMARKS);
	int more = 0;
	for (int i = 0; i < BENCHMARKS; i++)
		more += benchmarks[i].quads >= 2 * PILOT_QUADS;
	ck_assert_int_ge(more, BENCHMARKS - 1);
	tear_down();
	set_up();
	world.sigma = 0.04;
	world.sigma_later = 0.004;
	execute(0);
	ck_assert(!comparison.short_of_time);
	for (int i = 0; i < BENCHMARKS; i++) {
		ck_assert_int_gt(benchmarks[i].quads, PILOT_QUADS);
		ck_assert_int_lt(benchmarks[i].quads, 60);
	}
}
END_TEST

START_TEST(pauses_that_medians_hide_regress_by_the_stall_share)
{
	world.stall = 0.1;
	struct comparison_summary summary = execute(0);
	ck_assert_int_eq(summary.regressed, BENCHMARKS);
	ck_assert_int_eq(benchmarks[0].findings[METRIC_STALL].verdict, VERDICT_REGRESSED);
	ck_assert_int_eq(benchmarks[0].findings[METRIC_WALL].verdict, VERDICT_EQUIVALENT);
}
END_TEST

START_TEST(where_the_machine_itself_pauses_a_pause_is_not_judged_away)
{
	/* a pause that is diluted between those of others */
	world.stall = 0.015;
	world.pauses = 0.25;
	struct comparison_summary summary = execute(0);
	ck_assert_int_eq(benchmarks[0].findings[METRIC_STALL].verdict, VERDICT_INCONCLUSIVE);
	ck_assert_double_eq_tol(benchmarks[0].findings[METRIC_STALL].lost, 0.26, 1e-9);
	ck_assert_int_eq(summary.inconclusive, BENCHMARKS);
	/* ratios are as good as ever */
	ck_assert_int_eq(summary.equivalent, 2 * BENCHMARKS);
	tear_down();
	/* or that lies below one and a half of a median which others have lifted */
	set_up();
	world.waited = 0.4;
	summary = execute(0);
	ck_assert_int_eq(summary.inconclusive, BENCHMARKS);
	ck_assert_int_eq(summary.equivalent, 2 * BENCHMARKS);
	tear_down();
	/* what is found all the same is found */
	set_up();
	world.waited = 0.4;
	world.stall = 0.1;
	ck_assert_int_eq(execute(0).regressed, BENCHMARKS);
}
END_TEST

START_TEST(noise_beyond_the_budget_is_inconclusive_and_says_what_it_lacks)
{
	world.sigma = 0.2;
	world.effect = 0.05;
	struct comparison_summary summary = execute(0);
	ck_assert(comparison.short_of_time);
	ck_assert_int_eq(summary.regressed, 0);
	ck_assert_int_eq(summary.inconclusive, BENCHMARKS);
	const struct finding *finding = &benchmarks[0].findings[METRIC_WALL];
	ck_assert_int_gt(finding->needed, benchmarks[0].quads);
	ck_assert_double_gt(finding->detectable, 0.05);
	ck_assert_uint_lt(world.now_ns, 302 * second_ns);
}
END_TEST

START_TEST(contaminated_quads_are_dropped_counted_and_replaced)
{
	world.share = 0.5;
	world.shares = 4; /* two quads of two spins */
	execute(0);
	int dropped = 0;
	for (int i = 0; i < BENCHMARKS; i++) {
		dropped += benchmarks[i].dropped[0] + benchmarks[i].dropped[1];
		ck_assert_int_ge(benchmarks[i].quads, PILOT_QUADS);
	}
	ck_assert_int_eq(dropped, 2);
}
END_TEST

START_TEST(a_canary_that_takes_sides_contaminates_the_session_one_that_favours_places_does_not)
{
	world.canary_effect = 0.1;
	execute(0);
	ck_assert(!comparison.contaminated);
	tear_down();
	set_up();
	world.canary_effect = 0.01;
	world.takes_sides = true;
	execute(0);
	ck_assert(comparison.contaminated);
}
END_TEST

START_TEST(a_side_that_fails_or_does_other_work_has_no_verdict)
{
	world.fail_from = 0;
	struct comparison_summary summary = execute(0);
	ck_assert_int_eq(summary.failed, BENCHMARKS);
	ck_assert_str_eq(benchmarks[0].reason, "head: ended by signal 11");
	ck_assert_int_le(world.calls, 2 * 4 * BENCHMARKS);
	tear_down();
	set_up();
	world.effect = 0.05;
	world.other_work_at = 50;
	summary = execute(0);
	ck_assert_int_eq(summary.failed, 1);
	ck_assert_int_eq(summary.regressed, BENCHMARKS - 1);
}
END_TEST

START_TEST(when_stopped_the_verdict_so_far_is_there)
{
	world.effect = 0.5;
	world.stop_at = BENCHMARKS * 4 * 11;
	struct comparison_summary summary = execute(-EINTR);
	ck_assert_int_eq(summary.regressed, BENCHMARKS);
}
END_TEST

START_TEST(a_seed_repeats_everything)
{
	execute(0);
	double first = benchmarks[2].findings[METRIC_WALL].change.middle;
	int calls = world.calls;
	tear_down();
	set_up();
	execute(0);
	ck_assert_double_eq(benchmarks[2].findings[METRIC_WALL].change.middle, first);
	ck_assert_int_eq(world.calls, calls);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/compare");
	TCase *quads = tcase_create("quads");

	tcase_add_checked_fixture(quads, set_up, tear_down);
	tcase_set_timeout(quads, 60);
	tcase_add_test(quads, quads_are_abba_or_baab_and_neighbours_share_a_padding);
	tcase_add_test(quads, the_same_twice_is_equivalent_also_while_the_machine_slows_down);
	tcase_add_test(quads, five_per_cent_more_is_regressed_and_five_less_improved);
	tcase_add_test(quads, quads_are_made_until_the_interval_is_narrow_whatever_the_pilot_said);
	tcase_add_test(quads, pauses_that_medians_hide_regress_by_the_stall_share);
	tcase_add_test(quads, where_the_machine_itself_pauses_a_pause_is_not_judged_away);
	tcase_add_test(quads, noise_beyond_the_budget_is_inconclusive_and_says_what_it_lacks);
	tcase_add_test(quads, contaminated_quads_are_dropped_counted_and_replaced);
	tcase_add_test(quads,
		a_canary_that_takes_sides_contaminates_the_session_one_that_favours_places_does_not);
	tcase_add_test(quads, a_side_that_fails_or_does_other_work_has_no_verdict);
	tcase_add_test(quads, when_stopped_the_verdict_so_far_is_there);
	tcase_add_test(quads, a_seed_repeats_everything);
	suite_add_tcase(suite, quads);
	return suite;
}
