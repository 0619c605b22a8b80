/*
 * A thread pool of mutex and condition variable, as everybody writes it: submit one job, wait for
 * its result. One worker, one submitter; nothing spins.
 */
#include <pthread.h>
#include <stdbool.h>

#include "peers/peer.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t job_there = PTHREAD_COND_INITIALIZER;
static pthread_cond_t result_there = PTHREAD_COND_INITIALIZER;

static int (*job)(void *arg);
static bool done, ending;
static int result;

static void *work(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	for (;;) {
		while (job == NULL && !ending)
			pthread_cond_wait(&job_there, &lock);
		if (ending)
			break;
		int (*mine)(void *) = job;
		job = NULL;
		pthread_mutex_unlock(&lock);
		int rc = mine(NULL);
		pthread_mutex_lock(&lock);
		result = rc;
		done = true;
		pthread_cond_signal(&result_there);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static int answer(void *arg)
{
	(void)arg;
	return 42;
}

static void round_trips(long operations)
{
	for (long i = 0; i < operations; i++) {
		pthread_mutex_lock(&lock);
		job = answer;
		done = false;
		pthread_cond_signal(&job_there);
		while (!done)
			pthread_cond_wait(&result_there, &lock);
		if (result != 42)
			abort();
		pthread_mutex_unlock(&lock);
	}
}

static double with_worker(double (*measure)(long operations), long operations)
{
	pthread_t worker;

	if (pthread_create(&worker, NULL, work, NULL) != 0)
		exit(PEER_SKIP);
	double cost = measure(operations);
	pthread_mutex_lock(&lock);
	ending = true;
	pthread_cond_signal(&job_there);
	pthread_mutex_unlock(&lock);
	pthread_join(worker, NULL);
	return cost;
}

static double wall(long operations)
{
	return peer_time(round_trips, operations);
}

static double cpu(long operations)
{
	uint64_t start_ns = peer_now_ns(CLOCK_PROCESS_CPUTIME_ID);

	round_trips(operations);
	return (double)(peer_now_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns) / (double)operations;
}

static double measure_wall(long operations)
{
	return with_worker(wall, operations);
}

static double measure_cpu(long operations)
{
	return with_worker(cpu, operations);
}

static const struct peer_row rows[] = {
	{"executor", 20000, measure_wall},
	{"executor-cpu", 20000, measure_cpu},
	{NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	return peer_main(argc, argv, rows);
}
