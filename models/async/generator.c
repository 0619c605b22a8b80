/*
 * Generators, the rare paths: making, ending, errors and delegation. See generator.h for the
 * protocol and for resume and yield themselves.
 *
 * A chain of delegations is root (outermost) → … → leaf (innermost), linked by `outer`. Only two
 * pointers need to be right for resume and yield: root->leaf and leaf->root. Starting or ending an
 * inner generator moves these two and switches directly; nobody in between runs.
 *
 * A generator's struct lies at the top of its own stack, so creating one is taking one stack.
 */
#include "models/async/generator.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void generator_misused(const struct generator *self, const char *what)
{
	fprintf(stderr, "async: generator %p %s\n", (const void *)self, what);
	abort();
}

static void remember_message(struct generator *generator, int error, const char *message)
{
	size_t length = message == NULL ? 0 : strnlen(message, GENERATOR_MESSAGE_MAX - 1);

	if (length > 0)
		memmove(generator->message, message, length);
	generator->message[length] = '\0';
	generator->error = error;
}

int generator_fail(struct generator *self, int error, const char *format, ...)
{
	char message[GENERATOR_MESSAGE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	remember_message(self, error, message);
	return error;
}

const char *generator_message(const struct generator *generator)
{
	return generator->message;
}

int generator_defer(struct generator *self, void (*fn)(void *arg), void *arg)
{
	struct generator_cleanups *block = self->cleanups;

	if (block->count == GENERATOR_CLEANUPS) {
		block = malloc(sizeof *block);
		if (block == NULL) {
			fn(arg);
			return -ENOMEM;
		}
		block->earlier = self->cleanups;
		block->count = 0;
		self->cleanups = block;
	}
	block->entries[block->count].fn = fn;
	block->entries[block->count].arg = arg;
	block->count++;
	return 0;
}

/* Takes the last clean-up off and runs it; false: none is left. */
static bool run_last_cleanup(struct generator *self)
{
	struct generator_cleanups *block = self->cleanups;

	if (block->count == 0)
		return false;
	block->count--;
	void (*fn)(void *arg) = block->entries[block->count].fn;
	void *arg = block->entries[block->count].arg;
	if (block->count == 0 && block->earlier != NULL) {
		self->cleanups = block->earlier;
		free(block);
	}
	fn(arg);
	return true;
}

static void run_cleanups(struct generator *self)
{
	while (run_last_cleanup(self))
		;
}

/* The message belongs to the error it came with; a body that ends with another one has none. */
static void settle_message(struct generator *self, int rc)
{
	if (rc == 0 || self->error != rc)
		remember_message(self, rc, NULL);
}

/*
 * The body has ended with rc. Whoever waited for it goes on: the body that delegated to it, which
 * becomes the innermost, or the consumer.
 */
static __attribute__((noreturn)) void end(struct generator *self, int rc)
{
	struct generator *root = self->root;
	struct generator *outer = self->outer;

	self->status = rc == 0 ? GENERATOR_RETURNED : rc;
	self->state = GENERATOR_CLOSED;
	if (outer == NULL) {
		self->value = self->result;
		async_context_leave(&self->context, &self->consumer);
	}
	self->outer = NULL;
	root->leaf = outer;
	outer->root = root;
	async_context_leave(&self->context, &outer->context);
}

static void land(struct async_registers *from, struct async_registers *registers)
{
	struct generator *self = (struct generator *)(void *)registers;

	(void)from;
	async_context_arrived(&self->context);
	int rc = self->fn(self, self->arg);
	settle_message(self, rc);
	run_cleanups(self);
	end(self, rc > 0 ? -EINVAL : rc);
}

int generator_create(struct generator **generator, generator_fn *fn, void *arg)
{
	struct async_stack_pool *pool = async_stack_pool_shared();
	struct async_stack *stack = pool == NULL ? NULL : async_stack_take(pool);
	struct generator *self;

	*generator = NULL;
	if (stack == NULL)
		return pool != NULL && errno != 0 ? -errno : -ENOMEM;
	stack->name = "generator";
	self = async_stack_top(stack, sizeof *self);
	memset(self, 0, sizeof *self);
	self->stack = stack;
	self->leaf = self;
	self->root = self;
	self->fn = fn;
	self->arg = arg;
	self->result = GENERATOR_NOTHING;
	self->cleanups = &self->first_cleanups;
	async_context_make(&self->context, stack->low, (size_t)((char *)self - stack->low), land);
	*generator = self;
	return 0;
}

int generator_create_primed(struct generator **generator, generator_fn *fn, void *arg)
{
	intptr_t dropped;
	int rc = generator_create(generator, fn, arg);

	if (rc == 0)
		rc = generator_next(*generator, &dropped);
	if (rc == GENERATOR_YIELDED)
		return 0;
	generator_free(*generator);
	*generator = NULL;
	return rc > 0 ? -ENODATA : rc;
}

/* The bodies of the chain never run again; innermost first, their clean-ups do. */
static void abandon(struct generator *root)
{
	struct generator *self = root->leaf;

	while (self != NULL) {
		struct generator *outer = self->outer;

		self->state = GENERATOR_CLOSED;
		self->outer = NULL;
		run_cleanups(self);
		self = outer;
	}
}

void generator_free(struct generator *generator)
{
	if (generator == NULL)
		return;
	if (generator->outer != NULL)
		generator_misused(generator, "is freed while another one delegates to it");
	if (generator->state == GENERATOR_RUNNING)
		generator_misused(generator, "is freed while it runs");
	if (generator_close(generator) == -EPROTO)
		abandon(generator);
	async_context_drop(&generator->context);
	async_stack_give(generator->stack);
}

void generator_free_cleanup(void *generator)
{
	generator_free(generator);
}

int generator_resume_rarely(struct generator *generator, intptr_t sent, intptr_t *value)
{
	*value = GENERATOR_NOTHING;
	if (generator->outer != NULL || generator->state == GENERATOR_RUNNING)
		return -EBUSY;
	if (generator->state == GENERATOR_CLOSED)
		return GENERATOR_EXHAUSTED;
	if (sent != GENERATOR_NOTHING)
		return -EINVAL;
	generator->state = GENERATOR_SUSPENDED;
	return generator_next(generator, value);
}

int generator_ended(struct generator *generator, intptr_t *value)
{
	if (generator->status != GENERATOR_RETURNED)
		*value = GENERATOR_NOTHING;
	return generator->status;
}

int generator_caught(struct generator *self)
{
	struct generator *root = self->root;
	int error = root->thrown;

	root->thrown = 0;
	remember_message(self, error, root->message);
	return error;
}

int generator_throw(struct generator *generator, int error, const char *message, intptr_t *value)
{
	*value = GENERATOR_NOTHING;
	if (error >= 0)
		return -EINVAL;
	if (generator->outer != NULL || generator->state == GENERATOR_RUNNING)
		return -EBUSY;
	remember_message(generator, error, message);
	if (generator->state != GENERATOR_SUSPENDED) {
		generator->state = GENERATOR_CLOSED;
		return error;
	}
	generator->thrown = error;
	return generator_next(generator, value);
}

int generator_close(struct generator *generator)
{
	intptr_t dropped;

	if (generator->outer != NULL || generator->state == GENERATOR_RUNNING)
		return -EBUSY;
	if (generator->state != GENERATOR_SUSPENDED) {
		generator->state = GENERATOR_CLOSED;
		return 0;
	}
	generator->closing = true;
	int rc = generator_throw(generator, -ECANCELED, NULL, &dropped);
	generator->closing = false;
	if (rc == GENERATOR_YIELDED)
		return -EPROTO;
	return rc == -ECANCELED || rc == GENERATOR_RETURNED ? 0 : rc;
}

enum generator_state generator_state(const struct generator *generator)
{
	if (generator->state == GENERATOR_CLOSED)
		return GENERATOR_CLOSED;
	while (generator->outer != NULL)
		generator = generator->outer;
	return generator->state;
}

const char *generator_state_name(enum generator_state state)
{
	static const char *const names[] = {"created", "running", "suspended", "closed"};

	return names[state];
}

/* Runs inner as the innermost of self's chain until it has ended. */
static void descend(struct generator *self, struct generator *inner)
{
	struct generator *root = self->root;

	inner->state = GENERATOR_SUSPENDED;
	inner->outer = self;
	root->leaf = inner->leaf;
	root->leaf->root = root;
	root->value = GENERATOR_NOTHING;
	async_context_switch(&self->context, &root->leaf->context);
}

int generator_delegate(struct generator *self, struct generator *inner, intptr_t *result)
{
	bool closing = self->root->closing;

	if (result != NULL)
		*result = GENERATOR_NOTHING;
	if (self->root->leaf != self)
		generator_misused(self, "delegates while it does not run");
	if (inner->outer != NULL || inner->state == GENERATOR_RUNNING)
		return -EBUSY;
	if (inner->state == GENERATOR_CLOSED)
		return 0;
	descend(self, inner);
	/* a close that arrived meanwhile is for this body too, whatever inner made of it */
	if (self->root->closing && !closing &&
		(inner->status == GENERATOR_RETURNED || inner->status == -ECANCELED))
		return generator_fail(self, -ECANCELED, "%s", "");
	if (inner->status != GENERATOR_RETURNED) {
		remember_message(self, inner->status, inner->message);
		return inner->status;
	}
	if (result != NULL)
		*result = inner->result;
	return 0;
}

int generator_delegate_new(struct generator *self, generator_fn *fn, void *arg, intptr_t *result)
{
	struct generator *inner;
	int rc = generator_create(&inner, fn, arg);

	if (rc == 0)
		rc = generator_defer(self, generator_free_cleanup, inner);
	if (rc != 0)
		return rc;
	rc = generator_delegate(self, inner, result);
	(void)run_last_cleanup(self);
	return rc;
}

int generator_delegate_iterator(
	struct generator *self, int (*next)(void *state, intptr_t *value), void *state)
{
	intptr_t value, sent;
	int rc;

	while ((rc = next(state, &value)) == 0) {
		rc = generator_yield(self, value, &sent);
		if (rc != 0)
			return rc;
		if (sent != GENERATOR_NOTHING)
			return generator_fail(self, -ENOTSUP, "an iterator takes no values");
	}
	return rc > 0 ? 0 : rc;
}
