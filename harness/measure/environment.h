/*
 * What went on around an invocation: time stolen by the hypervisor, pressure, throttling, and the
 * kernel's counters of connections that went wrong.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_ENVIRONMENT_H
#define CONCBENCH_HARNESS_MEASURE_ENVIRONMENT_H

#include <stdint.h>
#include <sys/types.h>

#include "harness/record.h"

/* One reading: counters that only grow, 0 where the kernel does not have one; and dirty pages. */
struct environment {
	uint64_t stolen_ns;   /* all CPUs; the kernel counts ticks of 10 ms */
	uint64_t pressure_us; /* some task waited for a CPU */
	uint64_t throttled_ns;
	uint64_t listen_overflows, tcp_timeouts, tcp_retransmits; /* of this network namespace */
	uint64_t dirty_bytes; /* of the page cache, still to be written: its flush disturbs whoever
				 runs */
};

void environment_read(struct environment *environment);

/* What does not change: slack, THP, scheduling group and quota of a process of the SUT. */
void environment_describe(struct record_environment *record, pid_t pid);

#endif
