/*
 * Stackless coroutines: functions that keep their place in a frame on the heap instead of a
 * stack of their own. Python's kind, and the smallest task there is: 128 bytes and its locals.
 *
 *	struct countdown { int left; };                  what lives longer than one wait
 *
 *	static int countdown(void *arg)
 *	{
 *		struct stackless *self = stackless_self();
 *		struct countdown *my = stackless_locals(self);
 *
 *		STACKLESS_BEGIN(self);
 *		for (my->left = *(int *)arg; my->left > 0; my->left--)
 *			STACKLESS_AWAIT(self, stackless_sleep(self, 1000000));
 *		STACKLESS_END;
 *		return 0;
 *	}
 *
 *	stackless_spawn(&set, countdown, &ten, sizeof(struct countdown), NULL);
 *
 * The function is called anew after each wait and jumps to where it stood. Hence its rules:
 * variables of its own lose their values at every STACKLESS_AWAIT (keep them in the locals),
 * it waits only in its own body (a called function is awaited with stackless_call), and no
 * AWAIT may stand inside a switch of its own. The calls that wait are those below; those of
 * tasks (async_read, …) are not for stackless coroutines and say so.
 *
 * They run on the loop of the task that opened their set, driven by one task of that loop:
 * what they wait for are the loop's own timers, descriptors and futures, and tasks with a
 * stack get their turns.
 *
 * Threads: a set and its coroutines belong to the thread of their loop.
 */
#ifndef CONCBENCH_MODELS_ASYNC_STACKLESS_H
#define CONCBENCH_MODELS_ASYNC_STACKLESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/future.h"
#include "models/async/loop.h"
#include "models/async/timer.h"
#include "models/model.h"

enum {
	STACKLESS_PARKED = TASK_PARKED, /* returned by a function that waits */
	STACKLESS_TURNS = 32,           /* resumptions before tasks with a stack have their turn */
	STACKLESS_LOCALS_MAX = 4096,    /* larger locals belong into memory of their own */
	STACKLESS_SIZE_STEP = 16,
	STACKLESS_CHUNK_BYTES = 1024 * 1024, /* few mappings even for a million */
	STACKLESS_SIZES = 8 /* frames up to this many steps of locals are recycled by size */
};

struct stackless_set;

enum stackless_waits {
	STACKLESS_FOR_NOTHING, /* it runs or is ready */
	STACKLESS_FOR_TIMER,
	STACKLESS_FOR_EDGE,
	STACKLESS_FOR_FUTURE,
	STACKLESS_FOR_CANCELLED, /* for the end of a future that was cancelled with it */
	STACKLESS_FOR_WORD,
	STACKLESS_FOR_CALLED
};

/* One coroutine; its locals follow. Fields are for the runtime and the macros. */
struct stackless {
	union {
		struct async_timer timer;
		struct {
			struct async_waiter waiter;
			struct async_future *future;
		} line;
		_Atomic uint32_t *word;
		struct stackless *called;
	} waits; /* for one thing at a time; first: what fires finds the frame by it */
	struct stackless
		*next; /* in the ready queue, the line of a word, the list of free frames */
	struct stackless *caller; /* awaits this one; NULL */
	struct stackless_set *set;
	task_fn *fn;
	void *arg;
	struct async_future *done; /* ends with the coroutine; NULL */
	int at;                    /* where the function goes on: a line of it, 0 = its beginning */
	int rc;                    /* what the last wait returned */
	uint16_t locals_bytes;
	uint8_t waits_for; /* enum stackless_waits */
	uint8_t cancelled; /* a cancel waits for its next wait */
	uint32_t task;     /* index in order of spawning */
} __attribute__((aligned(16)));

struct stackless_chunk;
struct stackless_large;

/* Coroutines that are driven together. */
struct stackless_set {
	struct async_loop *loop;
	struct async_task *driver;
	struct stackless *current;            /* whose function runs */
	struct stackless *first, *last;       /* ready */
	struct stackless *words, **words_end; /* parked on words */
	struct stackless *free[STACKLESS_SIZES + 1];
	struct stackless_chunk *chunks;
	struct stackless_large *large; /* frames from the heap */
	char *fresh, *fresh_end;       /* of the newest chunk */
	size_t chunks_count;
	size_t alive; /* coroutines spawned and not ended */
	uint32_t spawned;
	bool closing;   /* it ends with the last coroutine */
	bool abandoned; /* it was cancelled, as a rule with its loop */
	void (*ended)(struct stackless *self, int rc); /* told of every end; NULL */
	void *owner;                                   /* of whoever set `ended` */
};

/*
 * Makes an empty set on a loop and the task that drives it.
 *   loop     NULL: the one that runs on this thread
 *   Returns  0, -EPERM (no loop), -ENOMEM.
 *   Owner    the caller keeps *set until stackless_close.
 */
int stackless_open(struct stackless_set *set, struct async_loop *loop)
	__attribute__((warn_unused_result));

/*
 * Waits until all coroutines of the set have ended and frees everything; in plain code it runs the
 * loop meanwhile. When their loop is closed, or their driver cancelled, coroutines are cancelled
 * once; who still waits after that, like a task's second time, is dropped: it never goes on.
 *   Returns  0, or -ECANCELED / -ETIMEDOUT when interrupted: the set is still open then.
 *   Threads  the loop's; before the loop is closed.
 */
int stackless_close(struct stackless_set *set);

/*
 * Queues a coroutine; nothing of it runs before the caller waits.
 *   locals_bytes  0 .. STACKLESS_LOCALS_MAX; zeroed, aligned to 16
 *   done          ends with the coroutine's result (0 is the value 0), and cancels it: see below;
 *                 pending until then, the caller's; NULL
 *   Returns       0, -EINVAL, -ENOMEM, -ECANCELED when the loop is being closed.
 */
int stackless_spawn(struct stackless_set *set, task_fn *fn, void *arg, size_t locals_bytes,
	struct async_future *done) __attribute__((warn_unused_result));

/*
 * Cancelling: async_cancel(done), by hand or because who awaits `done` was cancelled or ran out of
 * time. As with a task it is delivered once: AWAIT leaves -ECANCELED in self->rc where the
 * coroutine waits (of coroutines that called each other: the innermost), or at its next wait; one
 * that has not begun runs nothing. A future it waits for is cancelled with it, and waited for. The
 * coroutine may go on; else it returns the error, which ends `done`.
 */

/* The set whose coroutine runs on this thread. */
extern _Thread_local struct stackless_set *stackless_running
	__attribute__((tls_model("initial-exec")));

/* The running coroutine; only in functions that are one. */
static inline struct stackless *stackless_self(void)
{
	return stackless_running->current;
}

static inline void *stackless_locals(struct stackless *self)
{
	return self + 1;
}

/*
 * Three macros, because a function cannot return from its caller nor jump into it. Between BEGIN
 * and END the function may wait; AWAIT takes one of the calls below, returns from the function
 * until that has come to pass, and leaves its outcome in self->rc.
 */
#define STACKLESS_BEGIN(self) \
	switch ((self)->at) { \
	case 0:

#define STACKLESS_AWAIT(self, call)                            \
	do {                                                   \
		(self)->at = __LINE__;                         \
		if (((self)->rc = (call)) == STACKLESS_PARKED) \
			return STACKLESS_PARKED;               \
		__attribute__((fallthrough));                  \
	case __LINE__:;                                        \
	} while (0)

#define STACKLESS_END \
	}             \
	do {          \
	} while (0)

/*
 * The calls for AWAIT. Each returns STACKLESS_PARKED, or at once what AWAIT then leaves in
 * self->rc: 0 or -errno.
 */

/* Lets all others that are ready run once. */
int stackless_yield(struct stackless *self);

/* -ENOMEM; never early. */
int stackless_sleep(struct stackless *self, uint64_t duration_ns);
int stackless_sleep_until(struct stackless *self, uint64_t deadline_ns);

/*
 * After a read or accept (a write or connect) on fd has said EAGAIN: until it is worth trying
 * again. -EBADF, -EINVAL (a regular file: never says EAGAIN), or what registering it said.
 */
int stackless_readable(struct stackless *self, int fd);
int stackless_writable(struct stackless *self, int fd);

/*
 * No wait: wakes the next one that waits in stackless_readable for fd. For who has taken one of
 * several things of one edge, as a connection of a listener: an edge wakes one only.
 */
void stackless_pass_on(struct stackless *self, int fd);

/* A future or a task with a stack; the value is in the future. Returns 0, or its error. */
int stackless_future(struct stackless *self, struct async_future *future);

/* Another coroutine, which runs at once in this one's place. Returns its result; -EINVAL, -ENOMEM.
 */
int stackless_call(struct stackless *self, task_fn *fn, void *arg, size_t locals_bytes);

/* While *word == old, until stackless_word_wake: at most as long, may end early. */
int stackless_word(struct stackless *self, _Atomic uint32_t *word, uint32_t old);
void stackless_word_wake(struct stackless_set *set, _Atomic uint32_t *word);

/*
 * The crew's row of models.c. A task is a coroutine with STACKLESS_CREW_LOCALS bytes of locals; a
 * plain function that never waits is one, too.
 */
enum { STACKLESS_CREW_LOCALS = 32 };
extern const struct crew_ops stackless_crew_ops;

#endif
