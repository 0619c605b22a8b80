/*
 * A network that can be told to misbehave: a TCP proxy in a thread of the test, between a client
 * and a server on this machine, which delays, cuts, resets and swallows.
 */
#ifndef CONCBENCH_TESTS_PROXY_H
#define CONCBENCH_TESTS_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum proxy_fault {
	PROXY_PASS,  /* after delay_ms, in both directions */
	PROXY_CUT,   /* byte `after` of the replies of a connection and what follows do not arrive:
			its   end does */
	PROXY_RESET, /* a reset arrives there */
	PROXY_HOLE   /* from there on nothing arrives, in either direction, and nobody is told */
};

struct proxy {
	enum proxy_fault fault;
	size_t after; /* bytes of the replies of each connection */
	int delay_ms; /* of every byte */
	int lucky;  /* connections, the first ones, for which `after` is; others meet it at once; 0:
		       all */
	int spared; /* connections, the first ones, that never meet the fault */
	uint32_t server; /* where it leads, of endpoint_listen */
	uint32_t number; /* for endpoint_connect */
	/* its own */
	int listener, begun;
	pthread_t thread;
	_Atomic int stopped;
	_Atomic uint64_t passed_bytes; /* of replies */
	_Atomic int struck;            /* connections that met the fault, all before it delivered */
};

/* Starts it; a test that cannot fails. */
void proxy_start(struct proxy *proxy);
void proxy_stop(struct proxy *proxy);

#endif
