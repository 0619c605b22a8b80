/*
 * Dumps. The handler runs on whichever thread the kernel chose, so all it does is post a call to
 * each loop: atomics and a write to an eventfd. Closing a loop waits until no handler looks at it.
 */
#include "models/async/dump.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "models/async/debug.h"
#include "models/async/loop.h"

enum { WATCHED_MOST = 64, LINE_BYTES = 200 };

static _Atomic(struct async_loop *) watched[WATCHED_MOST];
static _Atomic int handling;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void describe(const struct async_task *task, char line[LINE_BYTES])
{
	snprintf(line, LINE_BYTES, "%-24s %-8s %-24s stack %zu", async_task_name(task),
		task == async_thread.current ? "running"
		: task->parked               ? "waits"
		: task->started              ? "ready"
					     : "created",
		task->parked && task->waits != NULL ? task->waits : "-",
		async_stack_depth(task->stack));
}

void async_dump(struct async_loop *loop, FILE *file)
{
	char line[LINE_BYTES];

	for (struct async_task *task = loop->alive; task != NULL; task = task->alive_next) {
		describe(task, line);
		fprintf(file, "%s\n", line);
	}
}

static void dump_asked(struct async_call *call)
{
	struct async_debug *debug =
		(struct async_debug *)(void *)((char *)call - offsetof(struct async_debug, dump));
	struct async_loop *loop = async_thread.loop;
	char line[LINE_BYTES];

	atomic_store(&debug->dump_asked, false);
	async_debug_report(debug, "%zu tasks:", loop->alive_count);
	for (struct async_task *task = loop->alive; task != NULL; task = task->alive_next) {
		describe(task, line);
		async_debug_report(debug, "%s", line);
	}
}

static void say(const char *text)
{
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

static void on_signal(int signal)
{
	int error = errno;

	(void)signal;
	if (async_thread.current != NULL) { /* it cannot end meanwhile: we are on its thread */
		say("async: '");
		say(async_task_name(async_thread.current));
		say("' runs\n");
	}
	atomic_fetch_add(&handling, 1);
	for (int i = 0; i < WATCHED_MOST; i++) {
		struct async_loop *loop = atomic_load(&watched[i]);

		if (loop != NULL && !atomic_exchange(&loop->debug->dump_asked, true))
			async_loop_post(loop, &loop->debug->dump);
	}
	atomic_fetch_sub(&handling, 1);
	errno = error;
}

static void install(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigaction before;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGUSR1, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
		sigaction(SIGUSR1, &action, NULL);
}

void async_dump_watch(struct async_loop *loop)
{
	struct async_loop *nobody = NULL;

	async_dump_unwatch(loop);
	loop->debug->dump.fn = dump_asked;
	pthread_once(&once, install);
	for (int i = 0; i < WATCHED_MOST; i++, nobody = NULL)
		if (atomic_compare_exchange_strong(&watched[i], &nobody, loop))
			return;
}

void async_dump_unwatch(struct async_loop *loop)
{
	bool was_watched = false;

	for (int i = 0; i < WATCHED_MOST; i++) {
		struct async_loop *mine = loop;
		was_watched |= atomic_compare_exchange_strong(&watched[i], &mine, NULL);
	}
	while (was_watched && atomic_load(&handling) != 0)
		sched_yield();
}
