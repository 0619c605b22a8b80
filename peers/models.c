/*
 * Ours: what the thread and process families cost.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "models/threads/threads.h"
#include "peers/models.h"

/* Rows of their own, not those of the models table: it would bring the other families' libraries
   along, and every child has page tables for them. */
static const struct model threads_model = {
	"threads", "", FAMILY_THREADS, MODEL_PER_TASK, 0, &threads_crew_ops};
static const struct model processes_model = {
	"processes", "", FAMILY_PROCESSES, MODEL_PER_TASK, 0, &processes_crew_ops};

static void check(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "models: %s\n", strerror(-rc));
	exit(PEER_SKIP);
}

static int answer(void *arg, void **value)
{
	*value = arg;
	return 0;
}

static void submit_each(void *arg, long operations)
{
	struct thread_future future;
	void *value;

	for (long i = 0; i < operations; i++) {
		check(thread_pool_submit(arg, &future, answer, &future, SYNC_FOREVER));
		check(thread_future_result(&future, &value, SYNC_FOREVER));
		check(value == &future ? 0 : -EDOM);
	}
}

static void submit_batches(void *arg, long operations)
{
	static struct thread_future futures[MODELS_BATCH];
	void *value;

	for (long done = 0; done < operations; done += MODELS_BATCH) {
		for (int i = 0; i < MODELS_BATCH; i++)
			check(thread_pool_submit(
				arg, &futures[i], answer, &futures[i], SYNC_FOREVER));
		/* The last first: who waits for each in turn is woken for each. */
		for (int i = MODELS_BATCH - 1; i >= 0; i--) {
			check(thread_future_result(&futures[i], &value, SYNC_FOREVER));
			check(value == &futures[i] ? 0 : -EDOM);
		}
	}
}

static uint64_t with_thread_pool(void (*run)(void *arg, long operations), long operations)
{
	struct thread_pool *pool;

	check(thread_pool_open(
		&pool, &(struct thread_pool_options){.workers_min = MODELS_WORKERS}));
	uint64_t wall_ns = models_time(run, pool, operations);
	thread_pool_close(pool);
	return wall_ns;
}

static uint64_t pool(long operations)
{
	return with_thread_pool(submit_each, operations);
}

static uint64_t pool_batch(long operations)
{
	return with_thread_pool(submit_batches, operations);
}

static int reply(const void *arg, size_t bytes, struct process_reply *to)
{
	return process_reply(to, arg, bytes);
}

static void request_each(void *arg, long operations)
{
	char request[MODELS_REQUEST] = "request";
	struct process_future future;
	const void *data;
	size_t bytes;

	for (long i = 0; i < operations; i++) {
		memcpy(request, &i, sizeof i);
		check(process_pool_submit(arg, &future, reply, request, sizeof request));
		check(process_future_result(&future, &data, &bytes, SYNC_FOREVER));
		check(memcmp(data, request, sizeof request) == 0 ? 0 : -EDOM);
		process_future_release(&future);
	}
}

static uint64_t process_request(long operations)
{
	struct process_pool *processes;

	check(process_pool_open(
		&processes, &(struct process_pool_options){.workers = MODELS_WORKERS}));
	uint64_t wall_ns = models_time(request_each, processes, operations);
	process_pool_close(processes);
	return wall_ns;
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static void spawn_all(void *arg, long operations)
{
	for (long done = 0; done < operations; done += MODELS_TASKS) {
		for (int i = 0; i < MODELS_TASKS; i++)
			check(crew_spawn(arg, nothing, NULL));
		check(crew_drain(arg));
	}
}

static void open_and_spawn_all(void *arg, long operations)
{
	(void)arg;
	for (long done = 0; done < operations; done += MODELS_TASKS) {
		struct crew crew = {.stack_bytes = MODELS_STACK_BYTES};
		int rc = crew_open(&crew, &threads_model, MODELS_TASKS);
		for (int i = 0; i < MODELS_TASKS && rc == 0; i++)
			rc = crew_spawn(&crew, nothing, NULL);
		check(crew_join(&crew, rc));
	}
}

static uint64_t spawn(const struct model *model, long operations)
{
	struct crew crew = {.stack_bytes = MODELS_STACK_BYTES};

	check(crew_open(&crew, model, MODELS_TASKS));
	uint64_t wall_ns = models_time(spawn_all, &crew, operations);
	check(crew_join(&crew, 0));
	return wall_ns;
}

static uint64_t spawn_thread(long operations)
{
	return spawn(&threads_model, operations);
}

static uint64_t spawn_thread_anew(long operations)
{
	return models_time(open_and_spawn_all, NULL, operations);
}

static uint64_t spawn_process(long operations)
{
	return spawn(&processes_model, operations);
}

/* In shared memory: how many wait, and the word they wait for. */
static struct {
	_Atomic uint32_t word;
	_Atomic int waiting;
} * shared;

static int wait_for_word(void *arg)
{
	(void)arg;
	atomic_fetch_add(&shared->waiting, 1);
	while (atomic_load(&shared->word) == 0)
		process_word_wait(&shared->word, 0);
	return 0;
}

static void start_idle(struct crew *crew, const struct model *model, int count)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared == MAP_FAILED ? -ENOMEM : 0);
	check(crew_open(crew, model, count));
	for (int i = 0; i < count; i++)
		check(crew_spawn(crew, wait_for_word, NULL));
	while (atomic_load(&shared->waiting) < count)
		usleep(1000);
}

static void end_idle(struct crew *crew)
{
	atomic_store(&shared->word, 1);
	process_word_wake(&shared->word);
	check(crew_join(crew, 0));
}

static double thread_memory(void)
{
	struct crew crew = {.stack_bytes = MODELS_STACK_BYTES};
	double before = models_process_bytes(getpid());

	start_idle(&crew, &threads_model, MODELS_THREADS);
	double bytes = models_process_bytes(getpid()) - before;
	end_idle(&crew);
	return bytes / MODELS_THREADS;
}

static double process_memory(void)
{
	struct crew crew = {0};
	pid_t pids[MODELS_PROCESSES];
	double before = models_process_bytes(getpid());

	start_idle(&crew, &processes_model, MODELS_PROCESSES);
	int count = crew_pids(&crew, pids, MODELS_PROCESSES);
	double bytes = models_process_bytes(getpid()) - before;
	for (int i = 0; i < count; i++)
		bytes += models_process_bytes(pids[i]);
	end_idle(&crew);
	return bytes / MODELS_PROCESSES;
}

static const struct models_row rows[] = {
	{"pool", 20000, pool, NULL},
	{"pool-batch", 200000, pool_batch, NULL},
	{"process-request", 20000, process_request, NULL},
	{"thread", 5000, spawn_thread, NULL},
	{"thread-anew", 5000, spawn_thread_anew, NULL},
	{"process", 1000, spawn_process, NULL},
	{"thread-memory", 0, NULL, thread_memory},
	{"process-memory", 0, NULL, process_memory},
	{NULL, 0, NULL, NULL},
};

int main(int argc, char **argv)
{
	return models_main(argc, argv, rows);
}
