/*
 * The shared state of one invocation: its layout in the arena, its words, and the verdict.
 */
#include "harness/measure/invocation.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *const phase_names[] = {"starting", "prepare", "the baseline", "spawning",
	"waiting for all tasks", "warm-up", "the window", "ending"};

void futex_wait(_Atomic uint32_t *word, uint32_t old, uint64_t timeout_ns)
{
	struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000u),
		.tv_nsec = (long)(timeout_ns % 1000000000u)};

	syscall(SYS_futex, word, FUTEX_WAIT, old, timeout_ns != 0 ? &timeout : NULL, NULL, 0);
}

void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

enum { TAKE_SLACK = 128 };

static size_t lanes_of(const struct orders *orders)
{
	if (orders->kind != KIND_TIME || (orders->workload->flags & WORKLOAD_NO_LATENCY) != 0)
		return 0;
	return orders->tasks < LANES_MAX ? (size_t)orders->tasks : LANES_MAX;
}

static size_t arena_bytes_of(const struct orders *orders)
{
	const struct workload *workload = orders->workload;
	size_t own = workload->arena_bytes != NULL ? workload->arena_bytes(orders) : 0;

	return sizeof(struct arena) + sizeof(struct orders) + sizeof(struct invocation) +
	       (size_t)orders->tasks * sizeof(struct slot) +
	       (lanes_of(orders) + LOAD_LANES + 1) * (sizeof(struct lane) + TAKE_SLACK) +
	       sizeof(struct load_report) + sizeof(struct chunks) + 8 * TAKE_SLACK + own;
}

static void lay_out_slots(struct orders *orders)
{
	struct invocation *invocation = orders->invocation;
	bool chunked = orders->kind == KIND_TIME &&
		       (orders->workload->flags & (WORKLOAD_NO_CHUNKS | WORKLOAD_SERVER)) == 0;
	int lanes = (orders->workload->flags & WORKLOAD_SERVER) != 0 ? 0 : invocation->lanes_count;

	for (int i = 0; i < orders->tasks; i++) {
		struct slot *slot = &orders->slots[i];

		slot->orders = orders;
		slot->index = i;
		slot->lane = lanes > 0 ? &invocation->lanes[i % lanes] : NULL;
		slot->chunks = chunked && i < CHUNK_TASKS_MAX ? &invocation->chunks[i] : NULL;
	}
}

int invocation_map(struct orders **made, const struct orders *draft)
{
	struct arena *arena;
	struct orders *orders;

	*made = NULL;
	int rc = arena_map(&arena, arena_bytes_of(draft));
	if (rc != 0)
		return rc;
	/* what is counted in arena_bytes_of cannot fail below */
	orders = arena_take(arena, sizeof(*orders));
	*orders = *draft;
	orders->arena = arena;
	orders->invocation = arena_take(arena, sizeof(*orders->invocation));
	orders->slots = arena_take(arena, (size_t)orders->tasks * sizeof(struct slot));
	orders->load_lanes = arena_take(arena, LOAD_LANES * sizeof(struct lane));
	orders->stalls = arena_take(arena, sizeof(struct lane));
	orders->load = arena_take(arena, sizeof(*orders->load));
	orders->load_chunks = arena_take(arena, sizeof(*orders->load_chunks));
	orders->invocation->lanes_count = (int)lanes_of(draft);
	if (orders->invocation->lanes_count > 0)
		orders->invocation->lanes =
			arena_take(arena, lanes_of(draft) * sizeof(struct lane));
	orders->invocation->supervisor = getpid();
	orders->invocation->gate.participants =
		(orders->workload->flags & WORKLOAD_MAIN) != 0 ? 1 : (uint32_t)orders->tasks;
	orders->invocation->mode =
		(orders->workload->flags & WORKLOAD_SERVER) != 0 ? ROUNDS_ONCE : ROUNDS_KEPT;
	lay_out_slots(orders);
	*made = orders;
	return 0;
}

static void ring(struct invocation *invocation)
{
	atomic_fetch_add(&invocation->bell, 1);
	futex_wake(&invocation->bell);
}

void invocation_phase(struct invocation *invocation, enum phase phase)
{
	atomic_store(&invocation->phase, phase);
	atomic_fetch_add(&invocation->progress, 1);
}

void invocation_ask(struct orders *orders, enum request request)
{
	struct invocation *invocation = orders->invocation;
	uint32_t answer = atomic_load(&invocation->answer);

	atomic_store(&invocation->request, request);
	ring(invocation);
	while (atomic_load(&invocation->answer) == answer && atomic_load(&invocation->over) == 0)
		futex_wait(&invocation->answer, answer, 0);
}

void invocation_cancel(struct orders *orders)
{
	struct gate *gate = &orders->invocation->gate;

	atomic_store(&orders->invocation->cancelled, 1);
	atomic_fetch_add(&gate->word, 1);
	if (orders->guest == NULL) /* a guest's tasks wait at a gate of its own */
		orders->model->ops->word_wake(&gate->word);
}

void invocation_fail(struct orders *orders, int task, int rc, int signal)
{
	struct first_failure *failure = &orders->invocation->failure;

	if (atomic_exchange(&failure->known, 1) == 0) {
		failure->task = task;
		failure->rc = rc;
		failure->signal = signal;
	}
	invocation_cancel(orders);
}

void orders_verdict(struct orders *orders, enum status status, const char *format, ...)
{
	struct invocation *invocation = orders->invocation;
	va_list arguments;

	if (atomic_exchange(&invocation->verdict_taken, 1) != 0)
		return;
	va_start(arguments, format);
	vsnprintf(invocation->reason, sizeof(invocation->reason), format, arguments);
	va_end(arguments);
	invocation->status = status;
	ring(invocation);
}

void orders_publish(struct orders *orders, uint32_t port)
{
	atomic_store(&orders->port, port);
	futex_wake(&orders->port);
}

int orders_await(struct orders *orders, uint32_t *port)
{
	enum { LOOK_AGAIN_NS = 50 * 1000 * 1000 }; /* the end is told by another word */

	while ((*port = atomic_load(&orders->port)) == 0) {
		if (coordinate_cancelled(orders))
			return -ECANCELED;
		futex_wait(&orders->port, 0, LOOK_AGAIN_NS);
	}
	return 0;
}

uint64_t orders_served(const struct orders *orders)
{
	uint64_t served = 0;

	for (int i = 0; i < orders->tasks; i++)
		served += __atomic_load_n(&orders->slots[i].operations, __ATOMIC_ACQUIRE);
	return served;
}
