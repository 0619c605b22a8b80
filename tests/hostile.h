/*
 * Clients that send what no honest one would: malformed, truncated, oversized, slow, half-closed
 * and reset, drawn from a seed, against the http workload under a model.
 */
#ifndef CONCBENCH_TESTS_HOSTILE_H
#define CONCBENCH_TESTS_HOSTILE_H

/*
 * Starts the server, sends it so many cases with an honest client in between, and ends it. A case
 * without the right status, an honest client that is harmed, a descriptor that the server keeps, a
 * record that is not ok: each fails the test.
 */
void hostile_clients(const char *model, int cases, unsigned seed);

#endif
