/*
 * A server by its URL, ours or not: where it is, what it speaks.
 *
 *	tcp://host:port   tls://host:port   unix:///path   http://host[:port][/path?query] https://…
 */
#ifndef CONCBENCH_HARNESS_LOAD_TARGET_H
#define CONCBENCH_HARNESS_LOAD_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { TARGET_HOST_MAX = 256, TARGET_PATH_MAX = 2048 };

struct ssl_ctx_st;

struct target {
	bool http, tls;
	bool nodelay;
	char host[TARGET_HOST_MAX];
	char authority[TARGET_HOST_MAX + 8]; /* what a Host header says */
	char service[8];
	char path[TARGET_PATH_MAX]; /* with its query; of a UNIX socket */
	struct sockaddr_storage address;
	socklen_t address_bytes;
	struct ssl_ctx_st *tls_context; /* NULL: plain */
};

/*
 * Reads a URL; nothing is looked up.
 *   error    on failure: one line without newline
 *   Returns  0 or -EINVAL.
 */
int target_parse(struct target *target, const char *url, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/*
 * Finds the address and, where it is needed, readies TLS. Certificates are not checked: this is
 * a load, not a secret.
 *   Returns  0, -EHOSTUNREACH (no such name), -ENOMEM; with an error as above.
 *   Owner    target_close frees what was readied, also after an error.
 */
int target_resolve(struct target *target, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));
void target_close(struct target *target);

/*
 * Begins a connection; whether it comes to be is heard later.
 *   Returns  a non-blocking descriptor, which the caller closes, or -errno.
 */
int target_dial(const struct target *target) __attribute__((warn_unused_result));

#endif
