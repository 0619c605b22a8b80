/*
 * The table of examples.
 */
#include "models/async/examples/examples.h"

const struct example examples[] = {
	{"lazy-start", "G0", "lazy start", "creating a generator runs nothing of its body",
		example_lazy_start, "GEN_CREATED\nGEN_SUSPENDED\nGEN_CLOSED\n"},
	{"fibonacci", "G1", "Fibonacci generator",
		"values on demand; the return value is told once", example_fibonacci,
		"1\n1\n2\n3\nStopIteration: 4\nStopIteration\n"},
	{"running-total", "G3", "running total",
		"a coroutine fed with send answers with the sum so far", example_running_total,
		"5\n15\n18\n(the notebook's 105, 115, 118 come from an earlier cell's state)\n"},
	{"errors", "G4", "errors", "throw and close arrive at the yield; clean-ups run once",
		example_errors, "the same value again after the caught error \"foobar\"\n"},
	{"interleave", "G7", "interleaving by list copy and by deque", "generators taken in turns",
		example_interleave, "1 A 2 B 3 C 4\nletters, numbers\n"},
	{"robot", "G12", "robot worker", "a worker with commands, delegation, states and clean-up",
		example_robot,
		"ready; numbers times ten; the cache; steps 0 to 19; waiting again; closed\n"},
	{"scheduler", "S1", "hand-written scheduler", "tasks, a ready queue, a main loop, exit",
		example_scheduler, "foo\nbar\nfoo\nbar\ntask 1 terminated\ntask 2 terminated\n"},
	{"polling", "S2", "polling scheduler", "two waits overlap, and a whole CPU burns meanwhile",
		example_polling, "fetches of 4 and 3: total 4\n"},
	{"generations", "S3", "four generations of the same program",
		"the same events by delegation, marked generators, the early loop, async/await",
		example_generations, "the same four lines from each of the four programs\n"},
	{"bridge", "S4", "bridge between worlds", "an old polling coroutine works on the real loop",
		example_bridge,
		"TypeError: object generator can't be used in 'await' expression\n"},
	{NULL, NULL, NULL, NULL, NULL, NULL},
};
