/*
 * The state of one invocation that its processes share: it lies in the arena.
 *
 * Three processes take part: the supervisor (concbench exec itself), the load process, and the SUT,
 * the tree below the root process. They talk through the words here alone: a request of the SUT or
 * the load process rings the bell, the supervisor serves it and bumps the answer. Since every
 * result is in here too, the supervisor can report also when the others have been killed.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_INVOCATION_H
#define CONCBENCH_HARNESS_MEASURE_INVOCATION_H

#include <stdatomic.h>
#include <sys/types.h>

#include "harness/measure/account.h"
#include "harness/record.h"
#include "harness/workload.h"

/* How tasks come to their rounds. */
enum rounds_mode {
	ROUNDS_KEPT, /* tasks live through all rounds and meet at gates */
	ROUNDS_EACH, /* every round spawns them anew, main coordinates */
	ROUNDS_ONCE  /* servers: spawned once, the load process coordinates */
};

/* What the next meeting at the gate is about. */
enum gate_step { STEP_READY, STEP_WARM, STEP_EMPTY, STEP_WINDOW, STEP_DONE };

/* What the supervisor is asked to do; the asker waits for it. */
enum request {
	REQUEST_NONE,
	REQUEST_A,     /* the baseline: settle, then read point A */
	REQUEST_B,     /* point B */
	REQUEST_GATE,  /* accounts before a passage through the gate without work */
	REQUEST_OPEN,  /* accounts at the window's opening */
	REQUEST_CLOSE, /* accounts at the window's end */
	REQUESTS
};

/* The gate all tasks of a kept crew pass; the last to arrive coordinates. */
struct gate {
	_Atomic uint32_t word;    /* bumped at every opening and on cancel; what tasks wait on */
	_Atomic uint32_t arrived; /* since the last opening */
	uint32_t participants;
	uint32_t step;   /* enum gate_step */
	uint64_t rounds; /* of the stretch behind the gate; 0: pass through */
	uint64_t opened_ns;
};

/* Warm-up: discarded rounds until they are steady. */
struct warm_up {
	uint64_t rounds; /* discarded so far */
	uint64_t steps;  /* calls of coordinate_warm so far */
	uint64_t spent_ns;
	uint64_t last_ns; /* a round of the last step */
	uint64_t steady;
	uint64_t served; /* servers: operations of all slots before the first discarded round */
};

/* Accounts of the process that coordinates, read by itself around a request. */
struct mark {
	struct account before, after;
	pid_t pid; /* 0: not a process of the SUT */
};

/* The first task that failed, as the crew or the task itself told. */
struct first_failure {
	_Atomic uint32_t known;
	int task;
	int rc;
	int signal; /* that ended it, 0 if none */
};

struct invocation {
	/* Who takes part; written by the supervisor, the root its own before it asks for anything.
	 */
	pid_t supervisor, root, load;
	/* Calls to the supervisor. */
	_Atomic uint32_t bell;      /* futex: something happened */
	_Atomic uint32_t request;   /* enum request */
	_Atomic uint32_t answer;    /* futex: bumped when the request is done */
	_Atomic uint32_t over;      /* the invocation ends; nobody starts anything */
	_Atomic uint32_t cancelled; /* rounds end */
	_Atomic uint64_t progress;  /* bumped at each step, for the watchdog */
	_Atomic uint32_t phase;     /* enum phase */
	/* The verdict: the first one wins. */
	_Atomic uint32_t verdict_taken;
	enum status status;
	char reason[RECORD_REASON_MAX];
	/* Rounds. */
	enum rounds_mode mode;
	task_fn *task; /* of crew_run */
	struct gate gate;
	struct warm_up warm;
	struct first_failure failure;
	int workers_died, workers_signal; /* as the crews told, when they had ended */
	uint64_t window_rounds;
	uint64_t expected_ns;   /* how long the window should take */
	_Atomic uint32_t ended; /* the window's rounds are done and marked */
	uint64_t go_ns, end_ns;
	uint64_t rounds_per_chunk; /* ROUNDS_EACH */
	uint64_t chunk_operations;
	/* Of servers, whose slots count their whole life. */
	struct {
		uint64_t operations, bytes, checksum;
	} opened, closed;
	struct mark marks[REQUESTS];
	struct chunks chunks[CHUNK_TASKS_MAX];
	struct chunks round_chunks;
	struct lane *lanes;
	int lanes_count;
};

/* Where the SUT is; names in phase_names, for the watchdog's reason. */
enum phase {
	PHASE_START,
	PHASE_PREPARE,
	PHASE_BASELINE,
	PHASE_SPAWN,
	PHASE_READY,
	PHASE_WARM,
	PHASE_WINDOW,
	PHASE_END,
	PHASES
};
extern const char *const phase_names[];

/*
 * Maps an arena with everything of these orders in it: a copy of the orders, the invocation, slots,
 * lanes, and room for the workload's own.
 *   draft    workload, model, values, common, kind, seed, rounds, window_ns, CPUs, tasks are read
 *   Returns  0 or -errno.  Owner: arena_unmap((*orders)->arena).
 */
int invocation_map(struct orders **orders, const struct orders *draft)
	__attribute__((warn_unused_result));

/* Tells the watchdog where the SUT is. */
void invocation_phase(struct invocation *invocation, enum phase phase);

/* Asks the supervisor and waits for its answer, or for the invocation's end. */
void invocation_ask(struct orders *orders, enum request request);

/* Ends all rounds: every task at the gate goes home. Any process of the SUT may call. */
void invocation_cancel(struct orders *orders);

/* Notes a failed task, once, and cancels. */
void invocation_fail(struct orders *orders, int task, int rc, int signal);

/* Shared futexes; wait returns at a wake, a change, a signal, or after timeout_ns (0: none). */
void futex_wait(_Atomic uint32_t *word, uint32_t old, uint64_t timeout_ns);
void futex_wake(_Atomic uint32_t *word);

/* coordinate_warm for a stretch of several rounds. */
uint64_t coordinate_warm_stretch(struct orders *orders, uint64_t rounds, uint64_t round_ns);

/* The window opens behind the gate: accounts, and the clock starts. */
void coordinate_open(struct orders *orders);

/* Accounts before a passage through the gate without work. */
void coordinate_gate(struct orders *orders);

#endif
