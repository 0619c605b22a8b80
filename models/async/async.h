/*
 * models/async: an asyncio for C. One include for users of the runtime.
 */
#ifndef CONCBENCH_MODELS_ASYNC_ASYNC_H
#define CONCBENCH_MODELS_ASYNC_ASYNC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "models/model.h"

extern const struct crew_ops async_crew_ops;

/* Called from a task only. Each parks the task; each returns >= 0 or -errno (-ECANCELED if
 * cancelled). */
ssize_t async_read(int fd, void *buffer, size_t bytes);
ssize_t async_write(int fd, const void *buffer, size_t bytes); /* all of it, or -errno */
int async_accept(int listener, struct sockaddr *address, socklen_t *length);
int async_connect(int fd, const struct sockaddr *address, socklen_t length);
ssize_t async_pread(int fd, void *buffer, size_t bytes,
	off_t offset); /* regular files: never blocks the loop */
ssize_t async_pwrite(int fd, const void *buffer, size_t bytes, off_t offset);
int async_sleep(uint64_t duration_ns);
int async_sleep_until(uint64_t deadline_ns); /* CLOCK_MONOTONIC */
void async_yield(void);
/* Computation: inline, except in the model async-offload where it goes to the loop's thread pool.
 */
int async_compute(int (*fn)(void *arg), void *arg);
/* Forget a descriptor before closing it. */
int async_close(int fd);

#endif
