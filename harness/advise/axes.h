/*
 * What would change the answer: along each axis of a request (its rate, its wait, its computation,
 * its connections), downwards and upwards, the nearest value at which another model takes surely
 * less CPU than the chosen one, or the chosen one keeps the rate or a bound no more. From fresh
 * measurements, halving the way, or from the tables of a stored sweep.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_AXES_H
#define CONCBENCH_HARNESS_ADVISE_AXES_H

#include "harness/advise/choice.h"
#include "harness/advise/trial.h"

enum { AXES = 4, AXIS_RIVALS_MAX = 3 };

/* Also the names of the parameters in tables. */
extern const char *const axis_names[AXES];

enum axis_end {
	AXIS_SAME,       /* the answer is the same up to same_to */
	AXIS_CHANGES,    /* another model is the better one at `at` */
	AXIS_NONE_FITS,  /* at `at` none that was measured keeps the rate and the bounds */
	AXIS_INFEASIBLE, /* arithmetic says so of `at`: reason */
	AXIS_NO_DATA     /* nothing was asked or stored in this direction */
};

/* One direction along an axis. */
struct axis_side {
	enum axis_end end;
	int64_t same_to;       /* the last value measured at which the answer is the same */
	int64_t at;            /* the first at which it is not */
	const char *other;     /* the better model there */
	struct interval ratio; /* its CPU per request over the chosen one's; n = 0: the chosen one
				  does not keep the rate or a bound there */
	char reason[REQUEST_TEXT];
};

/* The value of a request on an axis: per second, ns, ns, connections. */
int64_t axis_value(const struct request *request, int axis);

/* What the measured directions have in common. */
struct axes_look {
	const struct trial_world *world;
	const char *workload;
	const struct request *request; /* one replica's */
	bool connections_given;        /* else as many as the moved request needs */
	int cpus;                      /* that it is served on */
	double cpu_ns;                 /* per request, of the chosen one */
	const char *chosen, *rivals[AXIS_RIVALS_MAX];
	int rivals_count;
};

/*
 * Measures in one direction, as far as a fourth or four times the value, or until the CPUs are 85 %
 * busy.
 *   Returns  0, -EINTR, -errno.
 */
int axes_measure(const struct axes_look *look, int axis, bool up, struct axis_side *side,
	char *error, size_t error_bytes) __attribute__((warn_unused_result));

/*
 * The same from a report: its tables that differ from `group` in this axis alone.
 *   chosen  a model of the table of models
 */
void axes_stored(const struct report *report, const struct group_rows *group,
	const struct request *request, const char *chosen, int axis, bool up,
	struct axis_side *side);

/* A note on both directions of an axis: low and high of it. */
void axes_write(const struct writer *writer, int axis, const char *chosen,
	const struct axis_side *down, const struct axis_side *up);

#endif
