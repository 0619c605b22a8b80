/*
 * What went wrong with the connections to a target.
 */
#ifndef CONCBENCH_HARNESS_LOAD_LOSSES_H
#define CONCBENCH_HARNESS_LOAD_LOSSES_H

#include <stdint.h>

struct client_losses {
	uint64_t refused;    /* not established */
	uint64_t broken;     /* reset or closed with requests unanswered … */
	uint64_t unanswered; /* … so many of them */
	uint64_t renewed;    /* closed by the server after a reply and made anew */
	uint64_t errors;     /* replies whose HTTP status is 400 or more */
	uint64_t severed;    /* ended without a reply that said so, once until mended … */
	uint64_t mending;    /* … so many of them had no reply since */
	uint64_t mended_ns;  /* when the last one of them had its reply */
	uint64_t down;       /* connections that wait to be dialled again */
	uint64_t redial_ns;  /* when */
};

#endif
