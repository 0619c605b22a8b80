/*
 * Sockets of a server's accepted connections. The kernel makes them when a client connects, before
 * anybody accepts: no process of the server allocates them, and a control group of the server may
 * not have them, although each connection that it holds costs one.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_ACCEPTED_H
#define CONCBENCH_HARNESS_MEASURE_ACCEPTED_H

#include <stdbool.h>
#include <stdint.h>

/* In a published number: it is a name of AF_UNIX and not an address and a port of TCP. */
enum { PUBLISHED_LOCAL = 1 << 30 };

/* Where a published number (harness/load/endpoint.c) leads, as /proc/net shows it. */
struct accepted_at {
	char tcp[16];  /* "0100007F:1F90" */
	char local[8]; /* "@0001a" */
};
void accepted_place(struct accepted_at *at, uint32_t number);

/*
 * Is this line of /proc/net/tcp, or of /proc/net/unix, a connection that the listener has accepted
 * and still holds?
 */
bool accepted_tcp(const char *line, const struct accepted_at *at);
bool accepted_local(const char *line, const struct accepted_at *at);

/*
 * What the sockets of all connections take that a listener of this machine has accepted, without
 * their buffers.
 *   number   as published; 0: none
 *   version  of the control group; in 2, since Linux 6.12, it has those of TCP, which are then left
 * out
 *   Returns  bytes; 0 where /proc/net cannot be read.
 */
int64_t accepted_bytes(uint32_t number, int version);

#endif
