/*
 * S1: a scheduler written by hand from generators: tasks with an id, a queue of those that can run,
 * a loop that takes the next one, and its end when the last task has exited.
 */
#include <errno.h>
#include <stdlib.h>

#include "models/async/examples/examples.h"
#include "models/async/generator.h"

struct job {
	struct job *next; /* in the ready queue */
	struct generator *body;
	int id;
};

struct scheduler {
	FILE *out;
	struct job *head, **tail;
	int alive, next_id;
};

/* What a body prints, and how often; 0 = for ever. */
struct chant {
	FILE *out;
	const char *word;
	int times;
};

static int chant(struct generator *self, void *arg)
{
	const struct chant *mine = arg;
	int rc = 0;

	for (int i = 0; (i < mine->times || mine->times == 0) && rc == 0; i++) {
		fprintf(mine->out, "%s\n", mine->word);
		rc = generator_yield(self, GENERATOR_NOTHING, NULL);
	}
	return rc;
}

static void make_ready(struct scheduler *scheduler, struct job *job)
{
	job->next = NULL;
	*scheduler->tail = job;
	scheduler->tail = &job->next;
}

static struct job *take(struct scheduler *scheduler)
{
	struct job *job = scheduler->head;

	scheduler->head = job->next;
	if (scheduler->head == NULL)
		scheduler->tail = &scheduler->head;
	return job;
}

static int new_job(struct scheduler *scheduler, struct chant *what)
{
	struct job *job = malloc(sizeof *job);
	int rc = job == NULL ? -ENOMEM : generator_create(&job->body, chant, what);

	if (rc != 0) {
		free(job);
		return rc;
	}
	job->id = ++scheduler->next_id;
	scheduler->alive++;
	make_ready(scheduler, job);
	return 0;
}

static void end(struct scheduler *scheduler, struct job *job)
{
	scheduler->alive--;
	generator_free(job->body);
	free(job);
}

/* Before there was an exit: takes turns for ever; we look at the first few. */
static void take_turns(struct scheduler *scheduler, int turns)
{
	intptr_t value;

	while (turns-- > 0) {
		struct job *job = take(scheduler);

		(void)generator_next(job->body, &value);
		make_ready(scheduler, job);
	}
}

static void main_loop(struct scheduler *scheduler)
{
	while (scheduler->alive > 0) {
		struct job *job = take(scheduler);
		intptr_t value;

		if (generator_next(job->body, &value) == GENERATOR_YIELDED) {
			make_ready(scheduler, job);
			continue;
		}
		fprintf(scheduler->out, "task %d terminated\n", job->id);
		end(scheduler, job);
	}
}

static int two_jobs(struct scheduler *scheduler, struct chant *foo, struct chant *bar)
{
	scheduler->tail = &scheduler->head;
	int rc = new_job(scheduler, foo);

	return rc != 0 ? rc : new_job(scheduler, bar);
}

int example_scheduler(FILE *out)
{
	struct scheduler endless = {.out = out}, ending = {.out = out};
	struct chant foo = {out, "foo", 0}, bar = {out, "bar", 0};

	fprintf(out, "endless tasks, six turns:\n");
	int rc = two_jobs(&endless, &foo, &bar);
	if (rc == 0)
		take_turns(&endless, 6);
	while (endless.head != NULL)
		end(&endless, take(&endless));
	fprintf(out, "foo(2) and bar(2) with exit:\n");
	foo.times = bar.times = 2;
	if (rc == 0)
		rc = two_jobs(&ending, &foo, &bar);
	if (rc == 0)
		main_loop(&ending);
	fprintf(out, "the loop has ended\n");
	while (ending.head != NULL)
		end(&ending, take(&ending));
	return rc;
}
