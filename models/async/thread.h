/*
 * What the runtime keeps per thread: one struct, reached by one instruction (initial-exec).
 *
 * A coroutine belongs to the thread that made it, so a compiler may keep this struct's address over
 * a switch.
 */
#ifndef CONCBENCH_MODELS_ASYNC_THREAD_H
#define CONCBENCH_MODELS_ASYNC_THREAD_H

struct async_task;
struct async_loop;
struct async_stack_pool;

struct async_thread {
	struct async_task *current;     /* the task that runs; NULL outside of tasks */
	struct async_loop *loop;        /* the loop that runs on this thread, or NULL */
	struct async_stack_pool *pools; /* all open pools of this thread, for the overflow report */
	struct async_stack_pool *shared; /* of this thread's generators, opened at first use */
	void *alternate;                 /* signal stack, mapped while a pool is open */
	const char *misuse;              /* see async_explain */
};

extern _Thread_local struct async_thread async_thread __attribute__((tls_model("initial-exec")));

#endif
