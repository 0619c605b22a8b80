/*
 * An echo server for tests that can be told to misbehave. It runs in a thread of the test.
 */
#ifndef CONCBENCH_TESTS_FAULTY_SERVER_H
#define CONCBENCH_TESTS_FAULTY_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/load/endpoint.h"

enum server_fault {
	SERVER_NONE,
	SERVER_SHORT,   /* sends back a few bytes at a time */
	SERVER_CORRUPT, /* byte `after` of a connection's stream is sent back changed */
	SERVER_CLOSE,   /* closes after `after` bytes of a connection */
	SERVER_RESET,   /* the same by a reset */
	SERVER_EXTRA,   /* adds a byte after `after` bytes */
	SERVER_SILENT,  /* says nothing from byte `after` on */
	SERVER_PAUSE    /* stands still for pause_ms before byte `after` */
};

struct faulty_server {
	enum server_fault fault;
	size_t after;
	int pause_ms;
	uint32_t number; /* for endpoint_connect */
	/* its own */
	enum endpoint_family family;
	int listener;
	pthread_t thread;
	_Atomic int stopped;
	uint64_t served_bytes; /* after faulty_server_stop */
};

/* Starts it; a test that cannot fails. */
void faulty_server_start(struct faulty_server *server, enum endpoint_family family, int backlog);
void faulty_server_stop(struct faulty_server *server);

/* Descriptors this process has open, to compare before and after. */
int open_descriptors(void);

#endif
