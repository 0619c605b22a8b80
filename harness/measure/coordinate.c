/*
 * Coordination of the rounds: readiness, warm-up, the window's two marks.
 *
 * Whoever coordinates (the last task at a gate, main, the generator of a server) does so alone, so
 * nothing here locks. Accounts are read so that the reading itself is outside the window: at the
 * opening the coordinator reads itself last, at the close first. It may be a coroutine on a small
 * stack: nothing here needs more than a few hundred bytes of it.
 */
#include <string.h>
#include <unistd.h>

#include "harness/measure/invocation.h"

enum {
	CHUNK_NS = 500 * 1000,     /* a chunk is long against a clock reading and a tick's work */
	OWN_CHUNK_NS = 100 * 1000, /* an operation that long is a chunk of its own */
	STEADY_PERCENT = 10,
	SERVED_WAIT_NS = 1000 * 1000
};

static void mark(struct orders *orders, enum request request)
{
	struct invocation *invocation = orders->invocation;
	struct mark *mark = &invocation->marks[request];

	memset(mark, 0, sizeof(*mark));
	mark->pid = getpid();
	if (mark->pid == invocation->load)
		mark->pid = 0;
	if (mark->pid != 0)
		account_self(&mark->before);
	invocation_ask(orders, request);
	if (mark->pid != 0)
		account_self(&mark->after);
}

bool coordinate_cancelled(const struct orders *orders)
{
	return atomic_load(&orders->invocation->cancelled) != 0 ||
	       atomic_load(&orders->invocation->over) != 0;
}

/*
 * A server counts a reply after it has written it, so the generator may be here first: waits until
 * the slots have caught up with the replies, a moment only.
 */
static void wait_for_servers(struct orders *orders)
{
	uint64_t until_ns = clock_now_ns() + 50u * SERVED_WAIT_NS;
	struct timespec pause = {.tv_nsec = SERVED_WAIT_NS / 10};

	/* a guest counts for itself and tells at its end */
	if (orders->invocation->mode != ROUNDS_ONCE || orders->guest != NULL)
		return;
	while (orders_served(orders) < orders->load->replies && clock_now_ns() < until_ns)
		nanosleep(&pause, NULL);
}

void coordinate_ready(struct orders *orders)
{
	struct invocation *invocation = orders->invocation;

	invocation_phase(invocation, PHASE_READY);
	if (orders->kind == KIND_MEMORY)
		invocation_ask(orders, REQUEST_B);
	wait_for_servers(orders);
	invocation->warm.served = orders_served(orders);
	invocation_phase(invocation, PHASE_WARM);
}

/* Operations of one task per round, as warm-up has shown; of all tasks where main or load cuts. */
static uint64_t operations_per_round(const struct orders *orders)
{
	const struct invocation *invocation = orders->invocation;
	uint64_t rounds = invocation->warm.rounds;

	if (rounds == 0)
		return 0;
	if (invocation->mode == ROUNDS_KEPT)
		return orders->slots[0].operations / rounds;
	return (orders_served(orders) - invocation->warm.served) / rounds;
}

/* The length of chunks: at least CHUNK_NS, and no more of them than there is room. */
static uint64_t per_chunk(uint64_t unit_ns, uint64_t units)
{
	uint64_t length = 1;

	unit_ns = unit_ns == 0 ? 1 : unit_ns;
	if (unit_ns < OWN_CHUNK_NS)
		length = (CHUNK_NS + unit_ns - 1) / unit_ns;
	if (length < (units + CHUNKS_MAX - 1) / CHUNKS_MAX)
		length = (units + CHUNKS_MAX - 1) / CHUNKS_MAX;
	return length;
}

/*
 * How long one operation of a task takes. Where tasks outnumber the CPUs a round's share is mostly
 * the others' turns, so the median latency tells, or else the share of a CPU.
 */
static uint64_t operation_ns(const struct orders *orders, uint64_t share_ns)
{
	const struct invocation *invocation = orders->invocation;
	uint64_t cpus = (uint64_t)CPU_COUNT(&orders->sut_cpus);
	uint64_t median_ns;

	if (invocation->mode != ROUNDS_KEPT || (uint64_t)orders->tasks <= cpus || cpus == 0)
		return share_ns;
	median_ns = invocation->lanes_count > 0
			    ? histogram_quantile_ns(&invocation->lanes[0].histogram, 0.5)
			    : 0;
	if (median_ns == 0)
		median_ns = share_ns * cpus / (uint64_t)orders->tasks;
	return median_ns < share_ns ? median_ns : share_ns;
}

static void size_chunks(struct orders *orders, uint64_t round_ns)
{
	struct invocation *invocation = orders->invocation;
	uint64_t operations = operations_per_round(orders);
	uint64_t rounds = invocation->window_rounds;

	invocation->chunk_operations = 0;
	if ((orders->workload->flags & WORKLOAD_NO_CHUNKS) != 0 || operations == 0)
		return;
	if (invocation->mode == ROUNDS_EACH) {
		invocation->rounds_per_chunk = orders->chunk_operations / operations;
		if (invocation->rounds_per_chunk == 0)
			invocation->rounds_per_chunk = per_chunk(round_ns, rounds);
		invocation->chunk_operations = invocation->rounds_per_chunk * operations;
		return;
	}
	invocation->chunk_operations = orders->chunk_operations;
	if (invocation->chunk_operations == 0)
		invocation->chunk_operations =
			per_chunk(operation_ns(orders, round_ns / operations), operations * rounds);
}

/* What the discarded rounds have left behind. */
static void clear(struct orders *orders)
{
	struct invocation *invocation = orders->invocation;

	for (int i = 0; i < orders->tasks && invocation->mode != ROUNDS_ONCE; i++) {
		struct slot *slot = &orders->slots[i];

		slot->operations = slot->bytes = slot->checksum = 0;
		slot->start_ns = slot->end_ns = 0;
	}
	if (invocation->lanes_count > 0)
		memset(invocation->lanes, 0, (size_t)invocation->lanes_count * sizeof(struct lane));
	memset(orders->load_lanes, 0, LOAD_LANES * sizeof(struct lane));
	memset(orders->stalls, 0, sizeof(struct lane));
	for (int i = 0; i < CHUNK_TASKS_MAX; i++)
		invocation->chunks[i] = (struct chunks){.operations = invocation->chunk_operations};
	memset(&invocation->round_chunks, 0, sizeof(invocation->round_chunks));
	/* into the chunks that count, and only there */
	for (int i = 0; i < CHUNK_TASKS_MAX && invocation->mode == ROUNDS_KEPT; i++)
		invocation->chunks[i].injection = orders->injection;
	if (invocation->mode == ROUNDS_EACH)
		invocation->round_chunks.injection = orders->injection;
	*orders->load_chunks = (struct chunks){.operations = invocation->chunk_operations};
}

static void sum_served(
	const struct orders *orders, uint64_t *operations, uint64_t *bytes, uint64_t *checksum)
{
	*operations = *bytes = *checksum = 0;
	for (uint32_t i = 0; i < orders->invocation->gate.participants; i++) {
		*operations += orders->slots[i].operations;
		*bytes += orders->slots[i].bytes;
		*checksum += orders->slots[i].checksum;
	}
}

uint64_t coordinate_warm_stretch(struct orders *orders, uint64_t rounds, uint64_t round_ns)
{
	struct invocation *invocation = orders->invocation;
	struct warm_up *warm = &invocation->warm;
	uint64_t apart =
		round_ns > warm->last_ns ? round_ns - warm->last_ns : warm->last_ns - round_ns;
	bool time_up;

	warm->rounds += rounds;
	warm->spent_ns += rounds * round_ns;
	warm->steps++;
	warm->steady = warm->steps >= 2 && apart <= round_ns / (100 / STEADY_PERCENT);
	warm->last_ns = round_ns;
	time_up = warm->spent_ns >= orders->window_ns / 2;
	atomic_fetch_add(&invocation->progress, 1);
	if ((!warm->steady && !time_up) || coordinate_cancelled(orders))
		return 0;
	round_ns = round_ns == 0 ? 1 : round_ns;
	invocation->window_rounds = orders->rounds != 0
					    ? orders->rounds
					    : (orders->window_ns + round_ns - 1) / round_ns;
	if (invocation->window_rounds == 0)
		invocation->window_rounds = 1;
	invocation->expected_ns = invocation->window_rounds * round_ns;
	size_chunks(orders, round_ns);
	return invocation->window_rounds;
}

void coordinate_gate(struct orders *orders)
{
	mark(orders, REQUEST_GATE);
}

void coordinate_open(struct orders *orders)
{
	struct invocation *invocation = orders->invocation;

	wait_for_servers(orders);
	clear(orders);
	sum_served(orders, &invocation->opened.operations, &invocation->opened.bytes,
		&invocation->opened.checksum);
	invocation_phase(invocation, PHASE_WINDOW);
	mark(orders, REQUEST_OPEN);
	invocation->go_ns = clock_now_ns();
	orders->load_chunks->start_ns = invocation->go_ns;
	invocation->round_chunks.start_ns = invocation->go_ns;
}

uint64_t coordinate_warm(struct orders *orders, uint64_t round_ns)
{
	uint64_t rounds = coordinate_warm_stretch(orders, 1, round_ns);

	if (rounds == 0)
		return 0;
	/* there is no gate to pass, but reading the accounts has its cost too */
	if (orders->invocation->mode != ROUNDS_ONCE)
		coordinate_gate(orders);
	coordinate_open(orders);
	return rounds;
}

void coordinate_close(struct orders *orders, uint64_t end_ns)
{
	struct invocation *invocation = orders->invocation;

	invocation->end_ns = end_ns;
	wait_for_servers(orders);
	sum_served(orders, &invocation->closed.operations, &invocation->closed.bytes,
		&invocation->closed.checksum);
	mark(orders, REQUEST_CLOSE);
	if (coordinate_cancelled(orders))
		return;
	atomic_store(&invocation->ended, 1);
	invocation_phase(invocation, PHASE_END);
}
