/*
 * The lecture notes' examples as small programs that print what happens, in order.
 */
#ifndef CONCBENCH_MODELS_ASYNC_EXAMPLES_EXAMPLES_H
#define CONCBENCH_MODELS_ASYNC_EXAMPLES_EXAMPLES_H

#include <stdio.h>

/*
 * One example.
 *   fn       prints its timeline; a second of the notes is 10 ms
 *   Returns  0 or -errno: what the example shows could not be shown.
 *   Threads  one at a time, outside any loop: examples with a loop make their own.
 */
struct example {
	const char *name;    /* as on the command line */
	const char *row;     /* of the notes' list of examples: "G1" */
	const char *title;   /* the row's title */
	const char *summary; /* what to see, one line */
	int (*fn)(FILE *out);
	const char *python; /* what the notes' Python prints or shows, lines ended by \n */
};

/* In the order of the notes, ended by a NULL name. */
extern const struct example examples[];

int example_lazy_start(FILE *out);
int example_fibonacci(FILE *out);
int example_running_total(FILE *out);
int example_errors(FILE *out);
int example_interleave(FILE *out);
int example_robot(FILE *out);
int example_scheduler(FILE *out);
int example_polling(FILE *out);
int example_generations(FILE *out);
int example_bridge(FILE *out);
int example_pipeline(FILE *out);
int example_gather(FILE *out);
int example_create_task(FILE *out);
int example_queue_join(FILE *out);
int example_bounded_queue(FILE *out);
int example_locks(FILE *out);
int example_executor(FILE *out);
int example_blocking(FILE *out);
int example_simulator(FILE *out);
int example_channels(FILE *out);

#endif
