/*
 * Stack overflow, told instead of suffered: SIGSEGV on an alternate stack.
 */
#include "models/async/overflow.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/async/stack.h"
#include "models/async/thread.h"

enum { SIGNAL_STACK_BYTES = 64 * 1024 }; /* wide registers alone take some KiB of it */

static struct sigaction before;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void say(const char *text)
{
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

void async_overflow_report(const struct async_stack *stack)
{
	char digits[24], *p = digits + sizeof digits - 1;
	size_t kib = stack->pool->slot_bytes / 1024;

	*p = '\0';
	do
		*--p = (char)('0' + kib % 10);
	while ((kib /= 10) != 0);
	say("async: stack overflow in coroutine '");
	say(stack->name != NULL ? stack->name : "unnamed");
	say("': its slot has ");
	say(p);
	say(" KiB (give it a larger one: stack_bytes)\n");
}

static void on_fault(int signal, siginfo_t *info, void *machine)
{
	for (struct async_stack_pool *pool = async_thread.pools; pool != NULL; pool = pool->next) {
		const struct async_stack *stack = async_stack_guarding(pool, info->si_addr);

		if (stack == NULL)
			continue;
		async_overflow_report(stack);
		sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
		return; /* the access is repeated and ends the process where it went wrong */
	}
	if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != NULL)
		before.sa_sigaction(signal, info, machine);
	else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(signal);
	else
		sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
}

static void install(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigemptyset(&action.sa_mask);
	sigaction(SIGSEGV, &action, &before);
}

int async_overflow_watch(void)
{
	stack_t old;

	pthread_once(&once, install);
	if (async_thread.alternate != NULL || sigaltstack(NULL, &old) != 0 ||
		(old.ss_flags & SS_DISABLE) == 0)
		return 0;
	void *memory = mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	stack_t mine = {.ss_sp = memory, .ss_size = SIGNAL_STACK_BYTES};
	if (sigaltstack(&mine, NULL) != 0) {
		int rc = -errno;
		munmap(memory, SIGNAL_STACK_BYTES);
		return rc;
	}
	async_thread.alternate = memory;
	return 0;
}

void async_overflow_unwatch(void)
{
	stack_t none = {.ss_flags = SS_DISABLE};

	if (async_thread.alternate == NULL || async_thread.pools != NULL)
		return;
	if (sigaltstack(&none, NULL) == 0)
		munmap(async_thread.alternate, SIGNAL_STACK_BYTES);
	async_thread.alternate = NULL;
}
