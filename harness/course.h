/*
 * The course of a load whose rate changes, or whose server is killed: phases one after the other,
 * and what became of every request of each. Plain data: the load process fills it, the record
 * carries it.
 *
 * A request belongs to the phase, and to the slice of time, in which it was intended, whenever it
 * was answered. Of a phase's requests
 *
 *	intended = unsent + good + late + shed + lost
 *
 * and over all phases they are what the client has counted on its own: sent = answered + lost, and
 * answered = good + late + shed. A course in which that does not hold is no result.
 */
#ifndef CONCBENCH_HARNESS_COURSE_H
#define CONCBENCH_HARNESS_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COURSE_PHASES_MAX = 4, COURSE_SLICES_MAX = 120, COURSE_NAME_MAX = 16 };

/* Durations that are none: n/a, and not within the course. */
enum { COURSE_NA = -1, COURSE_NEVER = -2 };

struct course_phase {
	char name[COURSE_NAME_MAX];
	uint64_t rate_per_s; /* offered */
	uint64_t span_ns;
	uint64_t intended, unsent;
	uint64_t good;          /* answered by the deadline, counted from the intended start */
	uint64_t late;          /* answered after it */
	uint64_t shed;          /* refused by the server, which said so */
	uint64_t lost;          /* sent and never answered */
	uint64_t refused;       /* connections that were not established while it lasted */
	uint64_t waiting;       /* most requests that were due and not yet answered */
	int64_t p50_ns, p99_ns; /* corrected, of those served; COURSE_NA */
};

struct course {
	int64_t phases_count; /* 0: there was no such load */
	struct course_phase phases[COURSE_PHASES_MAX];
	uint64_t capacity_per_s;       /* that the rates are shares of; 0: they are not */
	char capacity_from[80];        /* how it was found */
	uint64_t sent, answered, lost; /* the client's own counts */
	uint64_t deadline_ns;          /* of a good request; 0: any */
	/* Time to recover, defined where it is measured. */
	uint64_t bound_ns;   /* of a slice's p99 that counts as recovered; 0: none */
	int64_t recovery_ns; /* or COURSE_NA, COURSE_NEVER */
	int64_t drain_ns;    /* how long a graceful end took; or COURSE_NA, COURSE_NEVER */
	uint64_t broken;     /* connections that broke before the last phase */
	uint64_t last_lost;  /* of lost: since the last phase began, whenever they were intended */
	uint64_t slice_ns;
	int64_t slices_count;
	int64_t slice_p99_ns[COURSE_SLICES_MAX]; /* corrected; COURSE_NA */
	int64_t slice_good[COURSE_SLICES_MAX];
};

/*
 * Says why the counts of a course cannot be true.
 *   Returns  whether there is something to say, with the text set.
 *   Threads  any.
 */
bool course_fault(const struct course *course, char *text, size_t bytes);

/* Did these two offer the same load, if not at the same rates? Names and lengths of the phases. */
bool course_like(const struct course *a, const struct course *b);

/* Good requests of a phase per second of it; 0 where it has no length. */
double course_goodput(const struct course_phase *phase);

#endif
