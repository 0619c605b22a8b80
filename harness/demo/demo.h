/*
 * Demonstrations: what a claim, a classic mistake or an example looks like on this machine. Each
 * says beforehand what it should show, measures it, and says whether it did.
 *
 * A lie measures wrongly on purpose and puts the right figure beside it. A claim is a sentence
 * about concurrency with a bound. An example runs and tells what happened in which order.
 */
#ifndef CONCBENCH_HARNESS_DEMO_DEMO_H
#define CONCBENCH_HARNESS_DEMO_DEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/measure/limits.h"
#include "harness/measure/supervisor.h"
#include "harness/report/number.h"

enum { DEMO_FIGURES_MAX = 24, DEMO_TEXT_MAX = 480, DEMO_PARTS_MAX = 12, DEMO_PART_MAX = 96 };

enum demo_group { DEMO_LIE, DEMO_CLAIM, DEMO_EXAMPLE, DEMO_GROUPS };
/* The kept results, one JSON object per line; the last of a name is the one that counts. */
#define DEMO_KEPT "demo.ndjson"

extern const char *const demo_group_names[DEMO_GROUPS + 1]; /* "lies", …; ended by NULL */

/* Did the machine show what was said beforehand? */
enum demo_verdict {
	DEMO_HOLDS,
	DEMO_FAILS,
	DEMO_UNDECIDED, /* measured says why: too close to the bound, or others used the machine */
	DEMO_NOT_HERE,  /* this machine does not let it be shown; measured says why */
	DEMO_VERDICTS
};
extern const char *const demo_verdict_names[DEMO_VERDICTS];

enum demo_role { DEMO_WRONG, DEMO_RIGHT, DEMO_PLAIN, DEMO_ROLES };
extern const char *const demo_role_names[DEMO_ROLES]; /* "wrong", "right", "figure" */

struct demo_figure {
	enum demo_role role;
	double value; /* in base units: ns, bytes, per second */
	enum unit unit;
	char what[DEMO_TEXT_MAX]; /* what was measured, and how */
};

/* One of several comparisons that make a verdict together. */
struct demo_part {
	enum demo_verdict verdict;
	char what[DEMO_TEXT_MAX];     /* "CPU per request, async over threads" */
	char bound[DEMO_PART_MAX];    /* "<= 1" */
	char measured[DEMO_PART_MAX]; /* "0.57 [0.55-0.60]" */
};

/* What a demonstration fills; an all-zero result is valid and empty. */
struct demo_result {
	const struct demo *demo; /* set by demo_run: several rows may share one function */
	enum demo_verdict verdict;
	struct demo_figure figures[DEMO_FIGURES_MAX]; /* in the order they are printed */
	int figures_count;
	struct demo_part parts[DEMO_PARTS_MAX];
	int parts_count;
	char expected[DEMO_TEXT_MAX], measured[DEMO_TEXT_MAX];
	char *story; /* malloc'd lines of what happened, or NULL */
	double took_s;
};

/* How it is to run, and what it measures with; a test puts its own in place. */
struct demo_setting {
	bool smoke;        /* small: does it show at all */
	uint64_t claim_ns; /* the most a claim takes; 0: CLAIM_SECONDS */
	int (*invoke)(const struct plan *plan, struct record *record);
	int (*rooms)(struct limit_room rooms[LIMIT_ROOMS_MAX]); /* NULL: there is memory enough */
};
extern int demo_signal; /* what ended demo_usual's last invocation early; 0: nothing did */
extern const struct demo_setting demo_usual; /* this machine, the size the row's duration is of */

struct demo {
	const char *name; /* on the command line; NULL ends a table */
	enum demo_group group;
	double seconds;          /* about how long it takes, at the usual size */
	const char *sentence;    /* what it is about, one line */
	const char *explanation; /* why it is so, some lines of running text; "" for none */
	/*
	 * Runs it and fills the result.
	 *   Returns  0, or -errno when it could not be run at all.
	 *   Threads  one at a time, from a process with one thread and no children.
	 */
	int (*run)(struct demo_result *result, const struct demo_setting *setting);
};

/* The tables of all demonstrations, a table each, ended by NULL. */
extern const struct demo *const demo_tables[];
extern const struct demo demo_lies[], demo_claims[], demo_guest_claims[];
extern const struct demo demo_examples[]; /* defined in bench/examples.c, as the workloads are */

/* By name; NULL if there is none. */
const struct demo *demo_find(const char *name);

/*
 * Runs it, with the time it took. What does not hold while others used the CPUs is undecided, and
 * tried again up to twice; a claim is not, it measures as long as it may by itself.
 *   Returns  0 or -errno.   Owner  demo_release frees the result's story, also after an error.
 */
int demo_run(const struct demo *demo, const struct demo_setting *setting,
	struct demo_result *result) __attribute__((warn_unused_result));
void demo_release(struct demo_result *result);

/* Adds a figure; what is a format. */
void demo_add(struct demo_result *result, enum demo_role role, double value, enum unit unit,
	const char *what, ...) __attribute__((format(printf, 5, 6)));

/* Is there a figure of this text already? */
bool demo_has(const struct demo_result *result, const char *what);

/* Adds a comparison; the result's own verdict is the caller's to set. */
void demo_part(struct demo_result *result, const char *what, const char *bound,
	const char *measured, enum demo_verdict verdict);

/*
 * The verdict on one number whose range was predicted; of several, all must be in their range.
 *   what   of what: "wrong / right"
 *   why    where the prediction comes from, one clause
 */
void demo_expect(struct demo_result *result, const char *what, double value, double low,
	double high, const char *why);

/* The verdicts that it cannot be shown here, or was not just now, with the reason. */
void demo_not_here(struct demo_result *result, const char *reason);
void demo_undecided(struct demo_result *result, const char *reason);

/* Its line in a list: name, seconds, sentence. */
void demo_print_name(const struct demo *demo, FILE *out);

/*
 * The result for a reader, as wide as the terminal and in ASCII where it must be; and as one JSON
 * object on one line (-ENOMEM without memory).
 */
void demo_print(const struct demo *demo, const struct demo_result *result, FILE *out);
int demo_print_json(const struct demo *demo, const struct demo_result *result, FILE *out)
	__attribute__((warn_unused_result));

/*
 * What would be done: of a claim its comparisons with their bounds, and the cells that are
 * measured. Returns  seconds, about; a claim takes up to CLAIM_SECONDS where it is not decided
 * before.
 */
double demo_print_plan(const struct demo *demo, FILE *out);

/*
 * Appends the result to the results' folder, where reports find it (DEMO_KEPT), with when and where
 * it was. The folder is made if it is not there.
 *   Returns  0 or -errno.
 */
int demo_keep(const char *results, const struct demo *demo, const struct demo_result *result)
	__attribute__((warn_unused_result));

#endif
