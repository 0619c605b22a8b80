/*
 * Switching stacks: the one primitive below generators and tasks.
 *
 *	static void landing(struct async_registers *from, struct async_registers *self)
 *	{
 *		struct mine *mine = (struct mine *)self;   (context is its first member)
 *		async_context_arrived(&mine->context);      first statement of every landing
 *		...
 *		async_context_leave(&mine->context, &next); never returns
 *	}
 *
 * A context is where a stopped stack goes on. Which machine file is used ("context.h") is the
 * Makefile's choice, one folder per machine under switch/. Contexts need no end of their own
 * except under the thread sanitizer (async_context_drop). A context is resumed by the thread
 * that stopped it.
 *
 * AddressSanitizer and ThreadSanitizer are told of every switch, so parking anywhere (also on the
 * stack of a generator that a task runs) is right for them too.
 */
#ifndef CONCBENCH_MODELS_ASYNC_SWITCH_H
#define CONCBENCH_MODELS_ASYNC_SWITCH_H

#include <stddef.h>

#include "context.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASYNC_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define ASYNC_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ASYNC_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define ASYNC_TSAN 1
#endif

#ifdef ASYNC_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef ASYNC_TSAN
#include <sanitizer/tsan_interface.h>
#endif

struct async_context {
	struct async_registers registers;
#ifdef ASYNC_ASAN
	const void *low; /* of the stack, told by the sanitizer itself once it has been left */
	size_t bytes;
	void *fake;
#endif
#ifdef ASYNC_TSAN
	void *fiber;
#endif
};

#ifdef ASYNC_ASAN
/* Who switched last on this thread: learns the bounds of its stack on the other side. */
extern _Thread_local struct async_context *async_switched_from;
#endif

/*
 * Prepares a context that begins at landing on an empty stack.
 *   low, bytes  the stack, growing down from low + bytes; at least 512 bytes
 *   Owner       the caller keeps both until the context has left.
 *   Threads     one at a time.
 */
static inline void async_context_make(
	struct async_context *context, void *low, size_t bytes, async_landing_fn *landing)
{
	async_registers_make(&context->registers, low, bytes, landing);
#ifdef ASYNC_ASAN
	context->low = low;
	context->bytes = bytes;
	context->fake = NULL;
#endif
#ifdef ASYNC_TSAN
	context->fiber = __tsan_create_fiber(0);
#endif
}

/* Tells the sanitizer that a switch has ended on this stack; fake is what was saved on leaving it.
 */
static inline void async_context_landed(void *fake)
{
#ifdef ASYNC_ASAN
	const void *low;
	size_t bytes;

	__sanitizer_finish_switch_fiber(fake, &low, &bytes);
	if (async_switched_from != NULL) {
		async_switched_from->low = low;
		async_switched_from->bytes = bytes;
	}
#else
	(void)fake;
#endif
}

/* The first statement of a landing function. */
static inline void async_context_arrived(struct async_context *self)
{
	(void)self;
	async_context_landed(NULL);
}

/*
 * Stops here and goes on at `to`; returns when somebody switches to `from`.
 *   from     filled in; need not be prepared
 *   Threads  the thread that both belong to.
 */
static inline __attribute__((always_inline)) void async_context_switch(
	struct async_context *from, struct async_context *to)
{
#ifdef ASYNC_ASAN
	async_switched_from = from;
	__sanitizer_start_switch_fiber(&from->fake, to->low, to->bytes);
#endif
#ifdef ASYNC_TSAN
	from->fiber = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
	async_registers_switch(&from->registers, &to->registers);
#ifdef ASYNC_ASAN
	async_context_landed(from->fake);
#endif
}

/*
 * As async_context_switch for the last time: self is never resumed, its stack may be reused at
 * once.
 */
static inline __attribute__((always_inline, noreturn)) void async_context_leave(
	struct async_context *self, struct async_context *to)
{
#ifdef ASYNC_ASAN
	async_switched_from = NULL;
	__sanitizer_start_switch_fiber(NULL, to->low, to->bytes);
#endif
#ifdef ASYNC_TSAN
	/* it may have parked last on another stack, that of a generator it consumed */
	self->fiber = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
	async_registers_switch(&self->registers, &to->registers);
	__builtin_unreachable();
}

/* Frees what the thread sanitizer keeps of a context that has left or was never started. */
static inline void async_context_drop(struct async_context *context)
{
#ifdef ASYNC_TSAN
	if (context->fiber != NULL)
		__tsan_destroy_fiber(context->fiber);
	context->fiber = NULL;
#else
	(void)context;
#endif
}

/*
 * async_float_save, async_float_restore (in context.h): the floating-point control words. Switches
 * do not keep them, because almost nobody changes them and keeping them doubles a switch's price. A
 * coroutine that sets a rounding mode or unmasks exceptions brackets its parking calls with the
 * two.
 */

#endif
