/*
 * The bare calls: pthread_create and fork without anything around them, and a pool of pre-forked
 * workers with a socketpair each, as everybody writes it.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peers/models.h"

static void check(int ok)
{
	if (ok)
		return;
	perror("bare");
	exit(PEER_SKIP);
}

static void *nothing(void *arg)
{
	return arg;
}

static void start(pthread_t *thread, void *(*fn)(void *))
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, MODELS_STACK_BYTES);
	errno = pthread_create(thread, &attr, fn, NULL);
	check(errno == 0);
	pthread_attr_destroy(&attr);
}

static void create_all(void *arg, long operations)
{
	pthread_t threads[MODELS_TASKS];

	(void)arg;
	for (long done = 0; done < operations; done += MODELS_TASKS) {
		for (int i = 0; i < MODELS_TASKS; i++)
			start(&threads[i], nothing);
		for (int i = 0; i < MODELS_TASKS; i++)
			pthread_join(threads[i], NULL);
	}
}

static uint64_t thread(long operations)
{
	return models_time(create_all, NULL, operations);
}

static void fork_all(void *arg, long operations)
{
	pid_t pids[MODELS_TASKS];

	(void)arg;
	for (long done = 0; done < operations; done += MODELS_TASKS) {
		for (int i = 0; i < MODELS_TASKS; i++) {
			pids[i] = fork();
			check(pids[i] >= 0);
			if (pids[i] == 0)
				_exit(0);
		}
		for (int i = 0; i < MODELS_TASKS; i++)
			check(waitpid(pids[i], NULL, 0) == pids[i]);
	}
}

static uint64_t process(long operations)
{
	return models_time(fork_all, NULL, operations);
}

struct worker {
	int socket;
	pid_t pid;
};

static void serve(int socket)
{
	char request[MODELS_REQUEST];

	while (read(socket, request, sizeof request) == (ssize_t)sizeof request)
		if (write(socket, request, sizeof request) != (ssize_t)sizeof request)
			break;
}

static void request_each(void *arg, long operations)
{
	struct worker *workers = arg;
	char request[MODELS_REQUEST] = "request", reply[MODELS_REQUEST];

	for (long i = 0; i < operations; i++) {
		memcpy(request, &i, sizeof i);
		check(write(workers[0].socket, request, sizeof request) == (ssize_t)sizeof request);
		check(read(workers[0].socket, reply, sizeof reply) == (ssize_t)sizeof reply);
		check(memcmp(request, reply, sizeof reply) == 0);
	}
}

static uint64_t process_request(long operations)
{
	struct worker workers[MODELS_WORKERS];

	for (int i = 0; i < MODELS_WORKERS; i++) {
		int sockets[2];
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
		workers[i].pid = fork();
		check(workers[i].pid >= 0);
		if (workers[i].pid == 0) {
			close(sockets[0]);
			for (int j = 0; j < i; j++)
				close(workers[j].socket);
			serve(sockets[1]);
			_exit(0);
		}
		close(sockets[1]);
		workers[i].socket = sockets[0];
	}
	uint64_t wall_ns = models_time(request_each, workers, operations);
	for (int i = 0; i < MODELS_WORKERS; i++)
		close(workers[i].socket);
	for (int i = 0; i < MODELS_WORKERS; i++)
		waitpid(workers[i].pid, NULL, 0);
	return wall_ns;
}

static struct {
	_Atomic uint32_t word;
	_Atomic int waiting;
} * shared;

static void *wait_for_word(void *arg)
{
	atomic_fetch_add(&shared->waiting, 1);
	while (atomic_load(&shared->word) == 0)
		syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, NULL, NULL, 0);
	return arg;
}

static void share(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared != MAP_FAILED);
}

static void release(void)
{
	atomic_store(&shared->word, 1);
	syscall(SYS_futex, &shared->word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static double thread_memory(void)
{
	pthread_t threads[MODELS_THREADS];
	double before = models_process_bytes(getpid());

	share();
	for (int i = 0; i < MODELS_THREADS; i++)
		start(&threads[i], wait_for_word);
	while (atomic_load(&shared->waiting) < MODELS_THREADS)
		usleep(1000);
	double bytes = models_process_bytes(getpid()) - before;
	release();
	for (int i = 0; i < MODELS_THREADS; i++)
		pthread_join(threads[i], NULL);
	return bytes / MODELS_THREADS;
}

static double process_memory(void)
{
	pid_t pids[MODELS_PROCESSES];
	double before = models_process_bytes(getpid());

	share();
	for (int i = 0; i < MODELS_PROCESSES; i++) {
		pids[i] = fork();
		check(pids[i] >= 0);
		if (pids[i] == 0) {
			wait_for_word(NULL);
			_exit(0);
		}
	}
	while (atomic_load(&shared->waiting) < MODELS_PROCESSES)
		usleep(1000);
	double bytes = models_process_bytes(getpid()) - before;
	for (int i = 0; i < MODELS_PROCESSES; i++)
		bytes += models_process_bytes(pids[i]);
	release();
	for (int i = 0; i < MODELS_PROCESSES; i++)
		waitpid(pids[i], NULL, 0);
	return bytes / MODELS_PROCESSES;
}

static const struct models_row rows[] = {
	{"process-request", 20000, process_request, NULL},
	{"thread", 5000, thread, NULL},
	{"process", 1000, process, NULL},
	{"thread-memory", 0, NULL, thread_memory},
	{"process-memory", 0, NULL, process_memory},
	{NULL, 0, NULL, NULL},
};

int main(int argc, char **argv)
{
	return models_main(argc, argv, rows);
}
