/*
 * A ring that fails on demand, for the tests of the io_uring poller. A test that includes this
 * names, in its wrap line, the six calls below.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_URING_FAULTS_H
#define CONCBENCH_TESTS_MODELS_ASYNC_URING_FAULTS_H

#include <liburing.h>

#include "models/async/poller.h"
#include "tests/models/async/in_loop.h"

/* How the ring behaves from now on; all zero: as ever. */
static struct {
	unsigned entries, completions; /* of rings opened from now on */
	int init_error, register_error, register_errors;
	int wait_error, wait_errors;     /* so many waits fail */
	int submit_error, submit_errors; /* so many submissions beside waits fail */
	bool end_all;   /* the kernel ends everything in flight at the next wait … */
	int ended_with; /* … with this error, if it is not 0 */
	bool fill;      /* the queue of submissions is full after the next wait */
	int waits, submits;
} ring_fault;

int __real_io_uring_queue_init_params(unsigned n, struct io_uring *ring, struct io_uring_params *p);
int __wrap_io_uring_queue_init_params(unsigned n, struct io_uring *ring, struct io_uring_params *p);
int __wrap_io_uring_queue_init_params(unsigned n, struct io_uring *ring, struct io_uring_params *p)
{
	if (ring_fault.completions != 0)
		p->cq_entries = ring_fault.completions;
	return ring_fault.init_error != 0
		       ? ring_fault.init_error
		       : __real_io_uring_queue_init_params(
				 ring_fault.entries != 0 ? ring_fault.entries : n, ring, p);
}

int __real_io_uring_register_buf_ring(
	struct io_uring *ring, struct io_uring_buf_reg *reg, unsigned flags);
int __wrap_io_uring_register_buf_ring(
	struct io_uring *ring, struct io_uring_buf_reg *reg, unsigned flags);
int __wrap_io_uring_register_buf_ring(
	struct io_uring *ring, struct io_uring_buf_reg *reg, unsigned flags)
{
	if (ring_fault.register_errors > 0) {
		ring_fault.register_errors--;
		return ring_fault.register_error;
	}
	return __real_io_uring_register_buf_ring(ring, reg, flags);
}

int __real_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit(struct io_uring *ring)
{
	ring_fault.submits++;
	if (ring_fault.submit_errors > 0) {
		ring_fault.submit_errors--;
		return ring_fault.submit_error;
	}
	return __real_io_uring_submit(ring);
}

static inline int ring_before_wait(struct io_uring *ring)
{
	ring_fault.waits++;
	if (ring_fault.wait_errors > 0) {
		ring_fault.wait_errors--;
		return ring_fault.wait_error;
	}
	if (ring_fault.end_all) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
		if (sqe != NULL) {
			io_uring_prep_cancel64(
				sqe, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
			sqe->user_data = 0;
		}
	}
	return 0;
}

static inline int ring_after_wait(struct io_uring *ring, int rc)
{
	struct io_uring_cqe *cqe;
	unsigned head;

	if (ring_fault.end_all && ring_fault.ended_with != 0) {
		io_uring_for_each_cqe(ring, head, cqe)
		{
			if (cqe->res == -ECANCELED && cqe->user_data != 0)
				cqe->res = ring_fault.ended_with;
		}
	}
	ring_fault.end_all = false;
	for (struct io_uring_sqe *sqe; ring_fault.fill && (sqe = io_uring_get_sqe(ring)) != NULL;) {
		io_uring_prep_nop(sqe);
		sqe->user_data = 0;
	}
	ring_fault.fill = false;
	return rc;
}

int __real_io_uring_submit_and_wait(struct io_uring *ring, unsigned n);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned n);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned n)
{
	int rc = ring_before_wait(ring);

	return rc != 0 ? rc : ring_after_wait(ring, __real_io_uring_submit_and_wait(ring, n));
}

int __real_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
	unsigned n, struct __kernel_timespec *timeout, sigset_t *mask);
int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
	unsigned n, struct __kernel_timespec *timeout, sigset_t *mask);
int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
	unsigned n, struct __kernel_timespec *timeout, sigset_t *mask)
{
	int rc = ring_before_wait(ring);

	return rc != 0 ? rc
		       : ring_after_wait(ring, __real_io_uring_submit_and_wait_timeout(
						       ring, cqe, n, timeout, mask));
}

int __real_io_uring_submit_and_get_events(struct io_uring *ring);
int __wrap_io_uring_submit_and_get_events(struct io_uring *ring);
int __wrap_io_uring_submit_and_get_events(struct io_uring *ring)
{
	int rc = ring_before_wait(ring);

	return rc != 0 ? rc : ring_after_wait(ring, __real_io_uring_submit_and_get_events(ring));
}

static const struct async_options on_uring = {.poller = ASYNC_URING};

static inline int open_nothing(void *arg)
{
	(void)arg;
	return 0;
}

/* Whether the kernel and who runs it allow io_uring. */
static inline bool uring_is_here(void)
{
	int rc = async_run_with(open_nothing, NULL, &on_uring);

	return rc != -ENOSYS && rc != -EPERM;
}

/* Runs a body on io_uring, where it is allowed, and expects 0 of it. */
static inline void in_uring_loop(task_fn *body, void *arg)
{
	if (uring_is_here())
		ck_assert_int_eq(async_run_with(body, arg, &on_uring), 0);
}

#endif
