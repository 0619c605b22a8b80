/*
 * What the database can do: asked by the load process before anybody else asks.
 */
#ifndef CONCBENCH_BENCH_DB_CAPACITY_H
#define CONCBENCH_BENCH_DB_CAPACITY_H

#include <stdint.h>

/*
 * The queries a second it answers on so many connections, each with one query under way, until
 * every one has been answered and a while has passed. Who asks shares the database's CPUs, so that
 * the figure is rather too low.
 *   rows     of an answer
 *   Returns  0: it does not answer.
 *   Threads  one at a time, after pq_load.
 */
uint64_t db_capacity(const char *conninfo, int connections, int64_t rows);

#endif
