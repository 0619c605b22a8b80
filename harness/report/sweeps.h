/*
 * Groups of a run that belong together along an axis: the values of a swept parameter, or numbers
 * of CPUs; and where along it another model becomes the best.
 */
#ifndef CONCBENCH_HARNESS_REPORT_SWEEPS_H
#define CONCBENCH_HARNESS_REPORT_SWEEPS_H

#include "harness/report/tables.h"

enum { SWEEP_POINTS_MAX = 64, CROSSOVERS_MAX = 16, SCALING_POINTS_MAX = 16 };

/* Groups that differ in the value of one parameter only, smallest value first. */
struct sweep_set {
	const char *name; /* the parameter */
	int groups[SWEEP_POINTS_MAX];
	int64_t values[SWEEP_POINTS_MAX];
	int count;
};

/*
 * The set a group belongs to, along the swept parameter with the most values.
 *   Returns  false if no other group differs from it in one swept parameter alone.
 */
bool sweep_set_of(const struct report *report, int group, struct sweep_set *set);

/* The text of a parameter of a record: "4KiB". */
const char *sweep_text(const struct record *record, const char *name);

/* Between two values of a sweep the best model changes. */
struct crossover {
	const char *below, *above; /* the best model on either side */
	double at;                 /* where their lines meet, straight on logarithmic axes */
	int64_t low, high;         /* the values measured on either side */
	char text[64];             /* "about 120us" with the unit of the values, and its bounds */
};

/* Crossovers of the leading figure, at most CROSSOVERS_MAX; only between models that are surely
   apart on both sides. Returns how many. */
int sweep_crossovers(
	const struct report *report, const struct sweep_set *set, struct crossover *found);

/* The rate of each model of a group over its rate on one CPU, by the number of CPUs. */
struct scaling {
	const char *names[MODELS_SHOWN];
	int models;
	int cpus[SCALING_POINTS_MAX]; /* more than 1, growing */
	int count;
	double speed_up[MODELS_SHOWN][SCALING_POINTS_MAX]; /* NaN where there is none */
};

/* For the group with the most CPUs of a benchmark; false for the others, or with one number only.
 */
bool scaling_of(const struct report *report, int group, struct scaling *scaling);

#endif
