/*
 * The two ways in which worker processes share a TCP port: all accept from one inherited socket, or
 * each has its own and the kernel spreads connections by a hash (SO_REUSEPORT).
 */
#ifndef CONCBENCH_MODELS_PROCESSES_LISTEN_H
#define CONCBENCH_MODELS_PROCESSES_LISTEN_H

#include <netinet/in.h>

enum process_listen_design { PROCESS_LISTEN_SHARED, PROCESS_LISTEN_REUSEPORT };

struct process_listen {
	enum process_listen_design design;
	struct sockaddr_in address; /* with the port that was found */
	int backlog;
	int socket; /* shared: all listen on it; reuseport: holds the port, without listening */
};

/*
 * Opens a port, before the workers are forked.
 *   address  port 0 = any free one
 *   Returns  0 or -errno.   Owner: process_listen_close, in every process.
 */
int process_listen_open(struct process_listen *listen, enum process_listen_design design,
	const struct sockaddr_in *address, int backlog) __attribute__((warn_unused_result));

/*
 * In a worker: the socket to accept from; the worker closes it.
 *   Returns  a descriptor of its own, or -errno.
 */
int process_listen_worker(const struct process_listen *listen) __attribute__((warn_unused_result));

void process_listen_close(struct process_listen *listen);

#endif
