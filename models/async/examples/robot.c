/*
 * G12: a robot that waits for commands. Numbers come back times ten, "cache" lists what it has
 * computed, "diagnosis" delegates twenty steps to a generator of its own; close sends it home.
 */
#include <string.h>
#include <errno.h>

#include "models/async/examples/examples.h"
#include "models/async/generator.h"

enum { STEPS = 20, CACHE_MAX = 8 };

/* What the robot is told: a number to work on, or a word. */
struct command {
	intptr_t number;
	const char *word; /* NULL: the number counts */
};

struct robot {
	FILE *out;
	intptr_t cache[CACHE_MAX];
	int cached;
};

static int diagnosis(struct generator *self, void *arg)
{
	int rc = 0;

	(void)arg;
	for (intptr_t step = 0; step < STEPS && rc == 0; step++)
		rc = generator_yield(self, step, NULL);
	return rc;
}

static void print_cache(const struct robot *robot)
{
	fprintf(robot->out, "robot: cache");
	for (int i = 0; i < robot->cached; i++)
		fprintf(robot->out, " %ld", (long)robot->cache[i]);
	fprintf(robot->out, "\n");
}

/* Does what was asked; *answer is what the next wait gives back. */
static int obey(struct generator *self, struct robot *robot, const struct command *command,
	intptr_t *answer)
{
	*answer = GENERATOR_NOTHING;
	if (command->word == NULL) {
		*answer = command->number * 10;
		if (robot->cached < CACHE_MAX)
			robot->cache[robot->cached++] = *answer;
		return 0;
	}
	if (strcmp(command->word, "cache") == 0) {
		print_cache(robot);
		return 0;
	}
	return generator_delegate_new(self, diagnosis, NULL, NULL);
}

static void go_home(void *arg)
{
	struct robot *robot = arg;

	fprintf(robot->out, "robot: clean\n");
}

static int work(struct generator *self, void *arg)
{
	struct robot *robot = arg;
	intptr_t sent, answer = GENERATOR_NOTHING;
	int rc;

	(void)generator_defer(self, go_home, robot);
	fprintf(robot->out, "robot: ready, state %s\n",
		generator_state_name(generator_state(self)));
	while ((rc = generator_yield(self, answer, &sent)) == 0) {
		if (sent == GENERATOR_NOTHING)
			continue;
		rc = obey(self, robot, (const struct command *)sent, &answer);
		if (rc != 0)
			break;
	}
	fprintf(robot->out, "robot: told to stop\n");
	return rc;
}

static void tell(FILE *out, struct generator *robot, const struct command *command)
{
	intptr_t answer;
	int rc = generator_send(robot, (intptr_t)command, &answer);

	if (rc == 0 && answer != GENERATOR_NOTHING)
		fprintf(out, "send: %ld\n", (long)answer);
	else
		fprintf(out, "send: %s\n", rc == 0 ? "waiting" : "ended");
}

static void diagnose(FILE *out, struct generator *robot)
{
	const struct command command = {0, "diagnosis"};
	intptr_t step;
	int rc = generator_send(robot, (intptr_t)&command, &step);

	fprintf(out, "send: step %ld, then", (long)step);
	while ((rc = generator_next(robot, &step)) == 0 && step != GENERATOR_NOTHING)
		fprintf(out, " %ld", (long)step);
	fprintf(out, ", then %s\n", rc == 0 ? "waiting" : "ended");
}

int example_robot(FILE *out)
{
	struct robot state = {.out = out};
	struct generator *robot;
	intptr_t answer;
	int rc = generator_create(&robot, work, &state);

	if (rc != 0)
		return rc;
	fprintf(out, "state %s\n", generator_state_name(generator_state(robot)));
	rc = generator_next(robot, &answer);
	fprintf(out, "state %s\n", generator_state_name(generator_state(robot)));
	tell(out, robot, &(struct command){4, NULL});
	tell(out, robot, &(struct command){7, NULL});
	tell(out, robot, &(struct command){0, "cache"});
	diagnose(out, robot);
	rc = generator_close(robot);
	fprintf(out, "state %s\n", generator_state_name(generator_state(robot)));
	generator_free(robot);
	return rc;
}
