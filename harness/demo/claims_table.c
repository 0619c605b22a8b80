/*
 * The lectures' claims, and what decides each on this machine. The bounds are part of the claim:
 * they stood before the first measurement.
 */
#include "harness/demo/claims.h"

enum { MS = 1000000 };

#define LONG_CELL(workload_name, model_name, ms, ...)                                        \
	{                                                                                    \
		.workload = (workload_name), .model = (model_name), .params = {__VA_ARGS__}, \
		.window_ms = (ms)                                                            \
	}
#define CELL(workload_name, model_name, ...) LONG_CELL(workload_name, model_name, 0, __VA_ARGS__)

/* The cells by what is compared: two that differ in the model or in one word only. */
#define FETCH(model) CELL("fetch", model, "tasks=1k", "delay=50ms")
/* To fork a thousand takes two seconds each time. */
#define FEW(model) CELL("fetch", model, "tasks=100", "delay=10ms")
/* So long that each invocation has the thousand requests that tell a p99. */
#define SLOW(model)           LONG_CELL("fetch", model, 200, "tasks=64", "delay=10ms")
#define GATHER(model)         CELL("fetch", model, "tasks=16", "delay=5ms")
#define IDLE(model, tasks)    CELL("idle", model, "tasks=" tasks)
#define ECHO(model)           CELL("echo", model, "connections=64")
#define MIXED(model, compute) CELL("mixed", model, "tasks=8", "wait=1ms", "compute=" compute)
#define HASH(model)           LONG_CELL("hash", model, 250, "tasks=4", "operations=64")
#define FORKJOIN(model)       CELL("forkjoin", model, "units=5k", "work=2k")
#define SLEEP(model)          CELL("sleep", model, "tasks=16", "wait=5ms")
#define HEAVY(model)                                                                           \
	LONG_CELL("mixed", model, 200, "tasks=32", "operations=4", "compute=100us", "heavy=1", \
		"factor=1000")
#define COMPUTING(model)                                                                       \
	LONG_CELL("follow", model, 200, "tasks=33", "lines=40", "every=1ms", "reader=compute", \
		"compute=100ms")
#define FLOOD(messages, bound) CELL("flood", "async", "messages=" messages, "bound=" bound)
#define LINES(lines, way)      CELL("lines", "async", "lines=" lines, "way=" way)
#define NESTED(depth, way) \
	CELL("delegation", "async", "tasks=16", "values=2k", "depth=" depth, "way=" way)
#define ALONE(reader)  CELL("follow", "async", "lines=20", "every=2ms", "reader=" reader)
#define BESIDE(reader) CELL("follow", "async", "tasks=33", "reader=" reader)
#define SPAWN(model)   CELL("spawn", model, "tasks=64")
#define NOTHING   \
	{         \
		0 \
	}

const struct claim_test claim_tests[] = {
	{"long-io", "requests per second, async over threads, 1000 at once", FETCH("async"),
		FETCH("threads"), CLAIM_RATE, AT_LEAST, 0.95},
	{"long-io", "requests per second, async over processes, 100 at once", FEW("async"),
		FEW("processes"), CLAIM_RATE, AT_LEAST, 0.95},
	{"long-io", "CPU per request, async over threads, 1000 at once", FETCH("async"),
		FETCH("threads"), CLAIM_CPU, AT_MOST, 1},
	{"long-io", "CPU per request, async over processes, 100 at once", FEW("async"),
		FEW("processes"), CLAIM_CPU, AT_MOST, 1},
	{"gather", "rate of 16 fetches at once over one after the other", GATHER("async"),
		GATHER("sequential"), CLAIM_RATE, AT_LEAST, 14.4},
	{"memory", "bytes per task, threads over async", IDLE("threads", "500"),
		IDLE("async", "500"), CLAIM_BYTES, AT_LEAST, 2},
	{"memory", "bytes per task, processes over threads", IDLE("processes", "200"),
		IDLE("threads", "500"), CLAIM_BYTES, AT_LEAST, 2},
	{"main-advantage", "requests per second at a server, async over threads", ECHO("async"),
		ECHO("threads"), CLAIM_RATE, AT_LEAST, 1.05},
	{"main-advantage", "p99 at a server, async over threads", ECHO("async"), ECHO("threads"),
		CLAIM_P99, AT_MOST, 1},
	{"main-advantage", "memory per connection of a server, async over threads", ECHO("async"),
		ECHO("threads"), CLAIM_BYTES, AT_MOST, 0.5},
	{"main-advantage-client", "requests per second to a slow service, async over threads",
		SLOW("async"), SLOW("threads"), CLAIM_RATE, AT_LEAST, 1.05},
	{"main-advantage-client", "p99 to a slow service, async over threads", SLOW("async"),
		SLOW("threads"), CLAIM_P99, AT_MOST, 1},
	{"main-advantage-client", "memory per request to a slow service, async over threads",
		SLOW("async"), SLOW("threads"), CLAIM_BYTES, AT_MOST, 0.5},
	{"threads-mixed", "requests per second, threads over async, light computation",
		MIXED("threads", "20us"), MIXED("async", "20us"), CLAIM_RATE, AT_LEAST, 0.9},
	{"threads-mixed", "threads over processes, light computation", MIXED("threads", "20us"),
		MIXED("processes", "20us"), CLAIM_RATE, AT_LEAST, 0.9},
	{"threads-mixed", "requests per second, threads over async, as much computation as wait",
		MIXED("threads", "1ms"), MIXED("async", "1ms"), CLAIM_RATE, AT_LEAST, 0.9},
	{"threads-mixed", "threads over processes, as much computation as wait",
		MIXED("threads", "1ms"), MIXED("processes", "1ms"), CLAIM_RATE, AT_LEAST, 0.9},
	{"threads-mixed", "under the lock over without, light computation",
		MIXED("threads-gil", "20us"), MIXED("threads", "20us"), CLAIM_RATE, AT_LEAST, 0.9},
	{"threads-mixed", "under the lock over without, as much computation as wait",
		MIXED("threads-gil", "1ms"), MIXED("threads", "1ms"), CLAIM_RATE, AT_MOST, 0.75},
	{"processes-cpu", "speed-up of hashing over one after the other", HASH("processes"),
		HASH("sequential"), CLAIM_RATE, AT_LEAST_PER_CPU, 0.9},
	{"processes-cpu", "speed-up of a tree of unequal parts", FORKJOIN("processes"),
		FORKJOIN("sequential"), CLAIM_RATE, AT_LEAST_PER_CPU, 0.9},
	{"gil", "speed of hashing in threads under the lock over one after the other",
		HASH("threads-gil"), HASH("sequential"), CLAIM_RATE, AT_MOST, 1},
	{"gil", "waits per second under the lock over without", SLEEP("threads-gil"),
		SLEEP("threads"), CLAIM_RATE, AT_LEAST, 0.9},
	{"no-gil", "speed of hashing, threads over processes", HASH("threads"), HASH("processes"),
		CLAIM_RATE, WITHIN, 1.05},
	{"one-blocks-all", "p90, so p99 too, of light requests; a heavy one computes 100 ms",
		HEAVY("async"), NOTHING, CLAIM_P90, AT_LEAST, 90.0 * MS},
	{"one-blocks-all", "p99 of others' waits of 1 ms while one computes for 100 ms",
		COMPUTING("async"), NOTHING, CLAIM_P99, AT_LEAST, 90.0 * MS},
	{"executor", "p99 of others' waits of 1 ms while a pool computes for 100 ms",
		COMPUTING("async-offload"), NOTHING, CLAIM_P99, AT_MOST, 10.0 * MS},
	{"polling", "CPU per time while waiting, polling over waiting", SLEEP("async-polling"),
		SLEEP("async"), CLAIM_BUSY, AT_LEAST, 20},
	{"many", "state machines alive at once", IDLE("async-stackless", "1M"), NOTHING,
		CLAIM_TASKS, AT_LEAST, 1e6},
	{"many", "coroutines with a stack each alive at once", IDLE("async", "100k"), NOTHING,
		CLAIM_TASKS, AT_LEAST, 1e5},
	{"many", "bytes of each of 20 000 coroutines", IDLE("async", "20k"), NOTHING, CLAIM_BYTES,
		AT_MOST, 16384},
	{"bounded-queue", "peak with a bound, ten times the messages over once", FLOOD("10k", "64"),
		FLOOD("1k", "64"), CLAIM_PEAK, WITHIN, 1.05},
	{"bounded-queue", "peak of 10 000 messages, without a bound over with one",
		FLOOD("10k", "0"), FLOOD("10k", "64"), CLAIM_PEAK, AT_LEAST, 2},
	{"constant-memory", "peak of generators, 10 times the lines over once",
		LINES("10k", "generator"), LINES("1k", "generator"), CLAIM_PEAK, WITHIN, 1.05},
	{"constant-memory", "peak of generators, 100 times the lines over once",
		LINES("100k", "generator"), LINES("1k", "generator"), CLAIM_PEAK, WITHIN, 1.05},
	{"constant-memory", "peak of 100 000 lines, read whole over generators",
		LINES("100k", "list"), LINES("100k", "generator"), CLAIM_PEAK, AT_LEAST, 2},
	{"delegation", "values per second through one level, delegated over yielded again",
		NESTED("1", "delegate"), NESTED("1", "loop"), CLAIM_RATE, AT_LEAST, 1},
	{"delegation", "values per second through ten levels, delegated over yielded again",
		NESTED("10", "delegate"), NESTED("10", "loop"), CLAIM_RATE, AT_LEAST, 1},
	{"async-alone", "lines per second alone, asynchronous over plain", ALONE("async"),
		ALONE("plain"), CLAIM_RATE, WITHIN, 1.05},
	{"async-alone", "p99 of the others' waits of 1 ms, asynchronous over plain",
		BESIDE("async"), BESIDE("plain"), CLAIM_P99, AT_MOST, 0.5},
	{"start-cost", "starts per second, async over threads", SPAWN("async"), SPAWN("threads"),
		CLAIM_RATE, AT_LEAST, 5},
	{"start-cost", "starts per second, threads over processes", SPAWN("threads"),
		SPAWN("processes"), CLAIM_RATE, AT_LEAST, 5},
	{0},
};

const struct demo demo_claims[] = {
	{"long-io", DEMO_CLAIM, 7, "in C: async suits work with long I/O",
		"While a request waits, a coroutine costs its frame and nothing else; a thread "
		"costs a switch to sleep and one to wake. Where everything waits, all models reach "
		"the same rate and differ in CPU time and memory.",
		claim_run},
	{"gather", DEMO_CLAIM, 4, "in C: gather turns the sum of delays into the longest one",
		"Waits that are started together end together: 16 waits take as long as one.",
		claim_run},
	{"memory", DEMO_CLAIM, 6, "in C: async takes little memory, threads more, processes most",
		"A coroutine has a small stack, a thread also a kernel stack and its bookkeeping, "
		"a process page tables and its own copy of what it writes.",
		claim_run},
	{"main-advantage", DEMO_CLAIM, 8,
		"in C: async costs less memory and is faster than threads at I/O, as a server",
		"At a busy server one loop takes many ready connections at one wake-up, a thread "
		"per connection switches for each request. main-advantage-client is the other "
		"half.",
		claim_run},
	{"main-advantage-client", DEMO_CLAIM, 9,
		"in C: async costs less memory and is faster than threads at I/O, as a client",
		"Where all wait for a slow service nobody is faster: what is left is memory.",
		claim_run},
	{"threads-mixed", DEMO_CLAIM, 9,
		"in C and under a simulated global lock: threads suit mixed work, the lock limits "
		"them",
		"Threads compute on all CPUs while others wait. Under one lock only one of them "
		"computes, which matters more the more they compute.",
		claim_run},
	{"processes-cpu", DEMO_CLAIM, 6, "in C: processes suit work that computes",
		"Processes share nothing that they would have to lock, and so use every CPU.",
		claim_run},
	{"gil", DEMO_CLAIM, 9,
		"under a simulated global lock: threads compute no faster than one, but waiting "
		"still overlaps",
		"The lock lets one thread compute at a time and is given up around every waiting "
		"call.",
		claim_run},
	{"no-gil", DEMO_CLAIM, 8, "in C: without a global lock threads compute like processes",
		"Both are scheduled on all CPUs; they differ in what they share.", claim_run},
	{"one-blocks-all", DEMO_CLAIM, 6, "in C: one blocking call in a coroutine stops everybody",
		"A loop runs one coroutine at a time until it waits. Who computes for 100 ms makes "
		"all others wait for as long.",
		claim_run},
	{"executor", DEMO_CLAIM, 2, "in C: computation sent to a pool keeps the loop responsive",
		"The loop goes on while pool threads compute, as long as there is a CPU for it.",
		claim_run},
	{"polling", DEMO_CLAIM, 2, "in C: a polling scheduler wastes the CPU an event loop saves",
		"A scheduler that asks every task whether it is ready computes all the time; a "
		"loop sleeps until the kernel wakes it.",
		claim_run},
	{"many", DEMO_CLAIM, 4, "in C: coroutines are so light that very many run at once",
		"A million state machines, whose frames are a few hundred bytes, and a hundred "
		"thousand coroutines with a stack of which each has touched one page.",
		claim_run},
	{"bounded-queue", DEMO_CLAIM, 3, "in C: a bounded queue bounds memory",
		"The producer is four times as fast as the consumer. Who puts into a full queue "
		"waits; without a bound what was not yet taken is in memory.",
		claim_run},
	{"constant-memory", DEMO_CLAIM, 4,
		"in C: generators process any amount of data in constant memory",
		"Each stage holds one line. A list holds them all.", claim_run},
	{"delegation", DEMO_CLAIM, 3,
		"in C: delegating to a generator is faster than yielding its values again",
		"The consumer switches straight to the innermost generator; a loop that yields "
		"again adds a switch there and back at each level.",
		claim_run},
	{"async-alone", DEMO_CLAIM, 5,
		"in C: an asynchronous reader alone is no faster, but others run meanwhile",
		"A line that has not come cannot be read sooner. What awaiting it gains is that "
		"the loop serves others.",
		claim_run},
	{"start-cost", DEMO_CLAIM, 3,
		"in C: starting a process is dear, a thread cheaper, a coroutine cheapest",
		"A process copies page tables, a thread needs the kernel, a coroutine a stack that "
		"lies ready.",
		claim_run},
	{0},
};
