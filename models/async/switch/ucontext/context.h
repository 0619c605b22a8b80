/*
 * The machine's part of a stack switch by swapcontext(3): any machine, some hundred times slower
 * because the signal mask is saved by a system call. Chosen where there is no file for the machine,
 * or by `make SWITCH=ucontext`.
 */
#ifndef CONCBENCH_MODELS_ASYNC_CONTEXT_H
#define CONCBENCH_MODELS_ASYNC_CONTEXT_H

#include <fenv.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define ASYNC_SWITCH_NAME "ucontext"

struct async_registers {
	ucontext_t context;
};

typedef void async_landing_fn(struct async_registers *from, struct async_registers *self);

/* What makecontext cannot pass on every machine: pointers; given over through the thread. */
struct async_transfer {
	struct async_registers *from, *to;
};
extern _Thread_local struct async_transfer async_transfer;
extern void async_registers_land(unsigned high, unsigned low);

static inline void async_registers_make(
	struct async_registers *registers, void *low, size_t bytes, async_landing_fn *landing)
{
	uint64_t address = (uint64_t)(uintptr_t)landing;

	getcontext(&registers->context);
	registers->context.uc_stack.ss_sp = low;
	registers->context.uc_stack.ss_size = bytes;
	registers->context.uc_link = NULL;
	makecontext(&registers->context, (void (*)(void))async_registers_land, 2,
		(unsigned)(address >> 32), (unsigned)address);
}

static inline void async_registers_switch(struct async_registers *from, struct async_registers *to)
{
	async_transfer = (struct async_transfer){from, to};
	swapcontext(&from->context, &to->context);
}

struct async_float {
	fenv_t environment;
};

static inline void async_float_save(struct async_float *control)
{
	fegetenv(&control->environment);
}

static inline void async_float_restore(const struct async_float *control)
{
	fesetenv(&control->environment);
}

#define ASYNC_SWITCH_TRANSFERS 1

#endif
