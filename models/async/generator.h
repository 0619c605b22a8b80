/*
 * Generators: functions that yield values one by one and go on where they stopped.
 *
 *	static int count(struct generator *self, void *arg)
 *	{
 *		for (intptr_t i = 0; i < *(int *)arg; i++) {
 *			int rc = generator_yield(self, i, NULL);
 *			if (rc != 0)
 *				return rc;
 *		}
 *		return generator_return(self, 4);
 *	}
 *
 *	struct generator *numbers;
 *	intptr_t value;
 *	int rc = generator_create(&numbers, count, &limit);
 *	while (rc == 0 && (rc = generator_next(numbers, &value)) == 0)
 *		printf("%ld\n", (long)value);
 *	generator_free(numbers);
 *
 * Two words, one protocol: whoever resumes a generator is its consumer, what runs is its body.
 * A body has a stack of its own, so it may yield from any depth of calls, and it may await
 * when a task consumes it (it is then an asynchronous generator; nothing else is needed for
 * one).
 *
 * A generator that delegates hands its consumer over to the inner one: the consumer then switches
 * straight to the innermost body and back, so ten levels cost what one costs.
 *
 * Resuming and yielding are inline: no call, no branch but the two that look at the outcome. Values
 * are intptr_t, wide enough for a number or a pointer; GENERATOR_NOTHING is Python's None.
 *
 * Threads: a generator belongs to the thread that created it.
 */
#ifndef CONCBENCH_MODELS_ASYNC_GENERATOR_H
#define CONCBENCH_MODELS_ASYNC_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/stack.h"
#include "models/async/switch.h"

struct generator;

/*
 * A body. Nothing of it runs before the first next.
 *   Returns  0, or -errno: an error that reaches the consumer, told by generator_fail for a
 * message.
 */
typedef int generator_fn(struct generator *self, void *arg);

/* What next, send and throw return beside a negative errno. */
enum {
	GENERATOR_YIELDED = 0, /* *value is what the body yielded */
	GENERATOR_RETURNED =
		1, /* the body has just ended; *value is its return value, told only once */
	GENERATOR_EXHAUSTED = 2 /* it had ended before; *value is GENERATOR_NOTHING */
};

enum generator_state {
	GENERATOR_CREATED,   /* nothing of the body has run */
	GENERATOR_RUNNING,   /* as seen from inside */
	GENERATOR_SUSPENDED, /* at a yield */
	GENERATOR_CLOSED     /* the body has ended, or never will start */
};

enum { GENERATOR_MESSAGE_MAX = 80 };

/* Nothing was sent; nothing was returned. */
#define GENERATOR_NOTHING INTPTR_MIN

enum { GENERATOR_CLEANUPS = 4 }; /* in place; more are allocated by the block */

/* Clean-ups that wait for the end of a body. */
struct generator_cleanups {
	struct generator_cleanups *earlier; /* the block before this one, full */
	int count;
	struct {
		void (*fn)(void *arg);
		void *arg;
	} entries[GENERATOR_CLEANUPS];
};

/* Fields are for the inline functions below; use the calls. */
struct generator {
	struct async_context
		context; /* where the body goes on; first: landings find the generator by it */
	/* of a generator that is consumed directly, the root of its chain */
	struct generator *leaf; /* the innermost body, which runs when this one is resumed */
	intptr_t value;         /* passes in and out */
	int thrown;             /* error that waits for the body, 0 = none */
	int status; /* GENERATOR_YIELDED until the end, then what the consumer is told */
	enum generator_state state;
	bool closing;
	bool awaitable; /* see bridge.h */
	struct async_context consumer;
	/* of the innermost of a chain */
	struct generator *root;
	/* of each */
	struct generator *outer; /* delegates to this one; NULL */
	intptr_t result;
	struct generator_cleanups *cleanups; /* the block that is filled now */
	struct generator_cleanups first_cleanups;
	generator_fn *fn;
	void *arg;
	struct async_stack *stack;
	int error; /* whose message it is */
	char message[GENERATOR_MESSAGE_MAX];
};

/*
 * Makes a generator; nothing of its body runs.
 *   arg      passed to fn; has to live as long as the body
 *   Returns  0, or -ENOMEM / -EAGAIN without a stack.
 *   Owner    the caller frees it with generator_free.
 */
int generator_create(struct generator **generator, generator_fn *fn, void *arg)
	__attribute__((warn_unused_result));

/*
 * The same with a body that is run to its first yield, whose value is dropped: for bodies that are
 * fed with send (Python's self-priming decorator).
 *   Returns  0, -ENOMEM, -ENODATA when the body ended without a yield, or the body's error.
 */
int generator_create_primed(struct generator **generator, generator_fn *fn, void *arg)
	__attribute__((warn_unused_result));

/*
 * Closes it (see generator_close) and frees it; NULL is fine. A body that refuses to end is
 * abandoned: it never runs again, its clean-ups do. Freeing a generator that runs, or that another
 * delegates to, is a programmer's error and aborts.
 */
void generator_free(struct generator *generator);

/* The same as a clean-up function. */
void generator_free_cleanup(void *generator);

/*
 * Lets the body run to its next yield.
 *   value    what it yielded or returned; may not be NULL
 *   Returns  GENERATOR_YIELDED, GENERATOR_RETURNED, GENERATOR_EXHAUSTED, the body's error, or
 *            -EBUSY: it is running already, or another generator delegates to it.
 */
static inline int generator_next(struct generator *generator, intptr_t *value);

/*
 * As generator_next; the yield where the body stands evaluates to `sent`.
 *   Returns  also -EINVAL: a value was sent to a generator that has not been started.
 */
static inline int generator_send(struct generator *generator, intptr_t sent, intptr_t *value);

/*
 * As generator_next; the yield where the body stands returns `error`. The body may handle it and go
 * on. Thrown into a generator not started it ends it, and nothing of the body runs.
 *   error    negative errno
 *   message  copied, cut to GENERATOR_MESSAGE_MAX; NULL is none
 */
int generator_throw(struct generator *generator, int error, const char *message, intptr_t *value);

/*
 * Ends it: the yield where the body stands returns -ECANCELED, the body runs its clean-ups and
 * ends. One that was not started is closed without running; one that has ended stays as it is.
 *   Returns  0, the error the body ended with if it is another one, -EPROTO when the body yielded
 *            instead of ending (it is still suspended), -EBUSY as generator_next.
 */
int generator_close(struct generator *generator);

enum generator_state generator_state(const struct generator *generator);
/* "created", "running", "suspended", "closed" */
const char *generator_state_name(enum generator_state state);

/*
 * The message that came with the last error: inside a body the one just delivered, for the consumer
 * the one of the error that ended it.
 *   Returns  never NULL; "" without a message. Valid until the next resume.
 */
const char *generator_message(const struct generator *generator);

/*
 * For bodies. Gives a value to the consumer and waits to be resumed.
 *   sent     what was sent, GENERATOR_NOTHING for a plain next; NULL if of no interest
 *   Returns  0; the error thrown in; -ECANCELED on close, which a body answers by ending.
 */
static inline int generator_yield(struct generator *self, intptr_t value, intptr_t *sent);

/* For bodies, `return generator_return(self, value);`: the value that the consumer is told. */
static inline int generator_return(struct generator *self, intptr_t value)
{
	self->result = value;
	return 0;
}

/* For bodies, `return generator_fail(self, -EINVAL, "no digits in %s", text);` */
int generator_fail(struct generator *self, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * For bodies. fn(arg) runs when the body has ended, however it ends; the last one registered runs
 * first. Variables of the body are gone by then: arg is what outlives it.
 *   Returns  0. -ENOMEM from the fifth on: fn(arg) has run at once.
 */
int generator_defer(struct generator *self, void (*fn)(void *arg), void *arg);

/*
 * For bodies (`yield from`). The consumer talks to inner until inner ends: values, send, throw and
 * close pass this body by, at any depth at the same cost.
 *   inner    new or suspended; one that has ended gives GENERATOR_NOTHING at once
 *   result   inner's return value; NULL if of no interest
 *   Returns  0, the error inner ended with, -ECANCELED on close, -EBUSY: inner runs, or is
 *            delegated to.
 *   Owner    the caller keeps inner.
 */
int generator_delegate(struct generator *self, struct generator *inner, intptr_t *result);

/* generator_create, generator_delegate, generator_free in one. */
int generator_delegate_new(struct generator *self, generator_fn *fn, void *arg, intptr_t *result);

/*
 * For bodies. Delegates to a plain iterator, which knows `next` only.
 *   next     returns 0 with the next value, GENERATOR_EXHAUSTED at its end, or -errno
 *   Returns  0, next's error, what was thrown in, or -ENOTSUP when a value was sent: an iterator
 * takes none, and the error ends this body unless it handles it.
 */
int generator_delegate_iterator(
	struct generator *self, int (*next)(void *state, intptr_t *value), void *state);

/* The rare paths of the inline functions. */
int generator_resume_rarely(struct generator *generator, intptr_t sent, intptr_t *value);
int generator_ended(struct generator *generator, intptr_t *value);
int generator_caught(struct generator *self);
void generator_misused(const struct generator *self, const char *what) __attribute__((noreturn));

static inline int generator_send(struct generator *generator, intptr_t sent, intptr_t *value)
{
	if (__builtin_expect(
		    generator->state != GENERATOR_SUSPENDED || generator->outer != NULL, 0))
		return generator_resume_rarely(generator, sent, value);
	generator->state = GENERATOR_RUNNING;
	generator->value = sent;
	async_context_switch(&generator->consumer, &generator->leaf->context);
	*value = generator->value;
	if (__builtin_expect(generator->status != GENERATOR_YIELDED, 0))
		return generator_ended(generator, value);
	return GENERATOR_YIELDED;
}

static inline int generator_next(struct generator *generator, intptr_t *value)
{
	return generator_send(generator, GENERATOR_NOTHING, value);
}

static inline int generator_yield(struct generator *self, intptr_t value, intptr_t *sent)
{
	struct generator *root = self->root;

	if (__builtin_expect(root->leaf != self, 0))
		generator_misused(self, "yields while it does not run");
	root->value = value;
	root->state = GENERATOR_SUSPENDED;
	async_context_switch(&self->context, &root->consumer);
	root = self->root; /* another one if it was delegated to meanwhile */
	if (sent != NULL)
		*sent = root->value;
	if (__builtin_expect(root->thrown != 0, 0))
		return generator_caught(self);
	return 0;
}

#endif
