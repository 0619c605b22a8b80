/*
 * overload: more requests come than the server can answer. The server is http's, with an admission
 * policy; the load is an open loop whose rate is a share of the capacity that was found just
 * before: 0.5, 2 and 0.5 times. A closed loop cannot show this: it slows down with its server.
 *
 * Capacity is what the server answers per second when every connection asks again as soon as it
 * was answered, for `probe` long, with everybody admitted; the first quarter does not count. Where
 * the generator was the busier side, the capacity is the generator's, and the cell INVALID.
 *
 * The phases belong to the requests, not to the clock: a request counts in the phase in which it
 * was intended, however late it is answered. A connection has one request in flight; others wait
 * for it to be free, and their corrected latency with them. That is the queue. With `shed` a
 * request that is read while `limit` others are in progress is answered 503 at once.
 *
 * Goodput: requests answered by their deadline, counted from their intended start, per second.
 * Time to recover: from the end of the overload to the beginning of the first slice (a second)
 * whose corrected p99 is at most twice that of the first phase and 1 ms (harness/load/tally.h).
 */
#ifndef CONCBENCH_BENCH_OVERLOAD_OVERLOAD_H
#define CONCBENCH_BENCH_OVERLOAD_OVERLOAD_H

#include "harness/workload.h"

extern const struct workload overload_workload;

#endif
