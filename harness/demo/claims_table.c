/*
 * The lectures' claims, and what decides each on this machine. The bounds are part of the claim:
 * they stood before the first measurement.
 */
#include "harness/demo/claims.h"

enum { MS = 1000000 };

#define CELL(workload, model, ...)        \
	{                                 \
		workload, model,          \
		{                         \
			__VA_ARGS__, NULL \
		}                         \
	}

const struct claim_test claim_tests[] = {
	{"long-io", "requests per second, async over threads",
		CELL("fetch", "async", "tasks=200", "delay=10ms"),
		CELL("fetch", "threads", "tasks=200", "delay=10ms"), CLAIM_RATE, AT_LEAST,
		.bound = 0.95},
	{"long-io", "CPU per request, async over threads",
		CELL("fetch", "async", "tasks=200", "delay=10ms"),
		CELL("fetch", "threads", "tasks=200", "delay=10ms"), CLAIM_CPU, AT_MOST,
		.bound = 1},
	{"gather", "rate of 16 waits at once over one after the other",
		CELL("sleep", "async", "tasks=16", "wait=5ms"),
		CELL("sleep", "sequential", "tasks=16", "wait=5ms"), CLAIM_RATE, AT_LEAST,
		.bound = 14.4},
	{"memory", "bytes per task, threads over async", CELL("idle", "threads", "tasks=500"),
		CELL("idle", "async", "tasks=500"), CLAIM_BYTES, AT_LEAST, .bound = 2},
	{"memory", "bytes per task, processes over threads", CELL("idle", "processes", "tasks=200"),
		CELL("idle", "threads", "tasks=200"), CLAIM_BYTES, AT_LEAST, .bound = 2},
	{"main-advantage", "requests per second, async over threads",
		CELL("echo", "async", "connections=64"), CELL("echo", "threads", "connections=64"),
		CLAIM_RATE, AT_LEAST, .bound = 1.05},
	{"main-advantage", "memory per connection, async over threads",
		CELL("echo", "async", "connections=64"), CELL("echo", "threads", "connections=64"),
		CLAIM_BYTES, AT_MOST, .bound = 0.5},
	{"main-advantage", "p99, async over threads", CELL("echo", "async", "connections=64"),
		CELL("echo", "threads", "connections=64"), CLAIM_P99, AT_MOST, .bound = 1},
	{"threads-mixed", "requests per second, threads over async",
		CELL("mixed", "threads", "tasks=8", "wait=1ms", "compute=200us"),
		CELL("mixed", "async", "tasks=8", "wait=1ms", "compute=200us"), CLAIM_RATE,
		AT_LEAST, .bound = 0.9},
	{"threads-mixed", "requests per second, under the lock over without",
		CELL("mixed", "threads-gil", "tasks=8", "wait=1ms", "compute=200us"),
		CELL("mixed", "threads", "tasks=8", "wait=1ms", "compute=200us"), CLAIM_RATE,
		AT_MOST, .bound = 0.9},
	{"processes-cpu", "speed-up of hashing over one after the other",
		CELL("hash", "processes", "tasks=4", "operations=64"),
		CELL("hash", "sequential", "tasks=4", "operations=64"), CLAIM_RATE,
		AT_LEAST_PER_CPU, .bound = 0.9},
	{"gil", "speed of hashing in threads under the lock over one after the other",
		CELL("hash", "threads-gil", "tasks=4", "operations=64"),
		CELL("hash", "sequential", "tasks=4", "operations=64"), CLAIM_RATE, AT_MOST,
		.bound = 1},
	{"gil", "waits per second under the lock over without",
		CELL("sleep", "threads-gil", "tasks=16", "wait=5ms"),
		CELL("sleep", "threads", "tasks=16", "wait=5ms"), CLAIM_RATE, AT_LEAST,
		.bound = 0.9},
	{"no-gil", "speed of hashing, threads over processes",
		CELL("hash", "threads", "tasks=4", "operations=64"),
		CELL("hash", "processes", "tasks=4", "operations=64"), CLAIM_RATE, WITHIN,
		.bound = 1.05},
	{"one-blocks-all", "p90, so p99 too, of light requests in ms; a heavy one computes 100 ms",
		CELL("mixed", "async", "tasks=32", "operations=8", "compute=100us", "heavy=1",
			"factor=1000"),
		{0}, CLAIM_P90, AT_LEAST, .bound = 90.0 * MS, .window_ms = 500},
	{"executor", "p99 of light requests in ms, computation sent to a pool",
		CELL("mixed", "async-offload", "tasks=32", "operations=32", "compute=100us",
			"heavy=1", "factor=1000"),
		{0}, CLAIM_P99, AT_MOST, .bound = 10.0 * MS, .window_ms = 1000},
	{"polling", "CPU per time while waiting, polling over waiting",
		CELL("sleep", "async-polling", "tasks=16", "wait=5ms"),
		CELL("sleep", "async", "tasks=16", "wait=5ms"), CLAIM_BUSY, AT_LEAST, .bound = 20},
	{"many", "bytes per task of 100 000 at once", CELL("idle", "async", "tasks=100k"), {0},
		CLAIM_BYTES, AT_MOST, .bound = 16384},
	{"start-cost", "starts per second, async over threads", CELL("spawn", "async", "tasks=64"),
		CELL("spawn", "threads", "tasks=64"), CLAIM_RATE, AT_LEAST, .bound = 5},
	{"start-cost", "starts per second, threads over processes",
		CELL("spawn", "threads", "tasks=64"), CELL("spawn", "processes", "tasks=64"),
		CLAIM_RATE, AT_LEAST, .bound = 5},
	{0},
};

const struct demo demo_claims[] = {
	{"long-io", DEMO_CLAIM, 7, "in C: async suits work with long I/O",
		"While a request waits, a coroutine costs its frame and nothing else; a thread "
		"costs "
		"a switch to sleep and one to wake. Where everything waits, all models reach the "
		"same rate and differ in CPU time and memory.",
		claim_run},
	{"gather", DEMO_CLAIM, 5, "in C: gather turns the sum of delays into the longest one",
		"Waits that are started together end together: 16 waits take as long as one.",
		claim_run},
	{"memory", DEMO_CLAIM, 9, "in C: async takes little memory, threads more, processes most",
		"A coroutine has a small stack, a thread also a kernel stack and its bookkeeping, "
		"a "
		"process page tables and its own copy of what it writes.",
		claim_run},
	{"main-advantage", DEMO_CLAIM, 9,
		"in C: async costs less memory and is faster than threads at I/O",
		"One loop takes many ready connections at one wake-up; a thread per connection "
		"switches for each request.",
		claim_run},
	{"threads-mixed", DEMO_CLAIM, 7,
		"in C and under a simulated global lock: threads suit mixed work, the lock limits "
		"them",
		"Threads compute on all CPUs while others wait. Under one lock only one of them "
		"computes.",
		claim_run},
	{"processes-cpu", DEMO_CLAIM, 4, "in C: processes suit work that computes",
		"Processes share nothing that they would have to lock, and so use every CPU.",
		claim_run},
	{"gil", DEMO_CLAIM, 7,
		"under a simulated global lock: threads compute no faster than one, but waiting "
		"still overlaps",
		"The lock lets one thread compute at a time and is given up around every waiting "
		"call.",
		claim_run},
	{"no-gil", DEMO_CLAIM, 4, "in C: without a global lock threads compute like processes",
		"Both are scheduled on all CPUs; they differ in what they share.", claim_run},
	{"one-blocks-all", DEMO_CLAIM, 8, "in C: one blocking call in a coroutine stops everybody",
		"A loop runs one coroutine at a time until it waits. Who computes for 100 ms makes "
		"all others wait for as long.",
		claim_run},
	{"executor", DEMO_CLAIM, 8, "in C: computation sent to a pool keeps the loop responsive",
		"The loop goes on while pool threads compute, as long as there is a CPU for it.",
		claim_run},
	{"polling", DEMO_CLAIM, 4, "in C: a polling scheduler wastes the CPU an event loop saves",
		"A scheduler that asks every task whether it is ready computes all the time; a "
		"loop "
		"sleeps until the kernel wakes it.",
		claim_run},
	{"many", DEMO_CLAIM, 6,
		"in C: coroutines are so light that very many run at once (memory: 500 MiB)",
		"A hundred thousand stacks, of which a waiting coroutine has touched one page "
		"each.",
		claim_run},
	{"start-cost", DEMO_CLAIM, 7,
		"in C: starting a process is dear, a thread cheaper, a coroutine cheapest",
		"A process copies page tables, a thread needs the kernel, a coroutine a stack that "
		"lies ready.",
		claim_run},
	{0},
};
