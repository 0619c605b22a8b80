/*
 * A guest's invocation. The dialogue, one line each; the guest's on the right:
 *
 *	(started with the workload, the model and the parameters as arguments)
 *	                               ready [port=N]     all set up, no task exists: point A
 *	open                           gate               every task exists and waits: point B
 *	round 3                        latency 5:1 17:2   did tasks=8 operations=24 checksum=7
 *	…
 *	end                            (servers: served operations=N)   exit 0
 *
 * At any time a guest may say `limit`, `impossible` or `error` with a text for the footnote. The
 * clock is ours: a guest is never asked how long it took.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/guest/answer.h"
#include "harness/guest/guest.h"
#include "harness/guest/talk.h"
#include "harness/measure/invocation.h"
#include "harness/params.h"

enum {
	HOST_SHIFT = 16, /* of the address in the number of an endpoint, harness/load/endpoint.h */
	END_GRACE_NS = 2000 * 1000 * 1000,
	ERROR_MAX = 120,
	OPERATIONS_PER_NS = 10, /* of one CPU: nothing that is counted is faster than that */
	SLACK_PERCENT = 1
};

struct guest {
	struct talk talk;
	struct lane *scratch; /* latencies of the round that was answered last */
};

static bool is_over(void *arg)
{
	return coordinate_cancelled(arg);
}

static int blame(struct orders *orders, const struct guest *guest, int rc)
{
	orders_verdict(orders, STATUS_FAILED, "%s", guest->talk.reason);
	return rc;
}

/* What a guest said in place of what was expected. */
static int misunderstood(struct orders *orders, const char *expected, const char *line)
{
	static const struct {
		const char *word;
		enum status status;
	} told[] = {{"limit ", STATUS_LIMIT}, {"impossible ", STATUS_IMPOSSIBLE},
		{"error ", STATUS_FAILED}};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (strncmp(line, told[i].word, strlen(told[i].word)) == 0) {
			orders_verdict(
				orders, told[i].status, "%.200s", line + strlen(told[i].word));
			return -EPROTO;
		}
	orders_verdict(
		orders, STATUS_FAILED, "the guest said \"%.60s\" instead of %s", line, expected);
	return -EPROTO;
}

/* The next line, which must begin with a word; *rest is what follows it. */
static int expect(struct orders *orders, struct guest *guest, const char *word, char **rest)
{
	size_t length = strlen(word);
	char *line;
	int rc = talk_hear(&guest->talk, 0, &line);

	if (rc == -ECANCELED)
		return rc;
	if (rc != 0)
		return blame(orders, guest, rc);
	if (strncmp(line, word, length) != 0 || (line[length] != '\0' && line[length] != ' '))
		return misunderstood(orders, word, line);
	*rest = line + length;
	return 0;
}

/* Numbers are in the base unit (ns, bytes, pieces), choices are words. */
static void write_word(char *word, const struct param *param, int64_t value)
{
	if (param->kind == PARAM_CHOICE)
		snprintf(word, GUEST_WORD_BYTES, "%s=%s", param->name, param->choices[value]);
	else
		snprintf(word, GUEST_WORD_BYTES, "%s=%lld", param->name, (long long)value);
}

int guest_words(
	const struct orders *orders, bool latency, char words[GUEST_WORDS_MAX][GUEST_WORD_BYTES])
{
	const struct param *params = orders->workload->params;
	int count = 0;

	snprintf(words[count++], GUEST_WORD_BYTES, "interface=%d", GUEST_INTERFACE);
	snprintf(words[count++], GUEST_WORD_BYTES, "concurrency=%d", orders->tasks);
	snprintf(words[count++], GUEST_WORD_BYTES, "cpus=%d", CPU_COUNT(&orders->sut_cpus));
	snprintf(words[count++], GUEST_WORD_BYTES, "seed=%llu", (unsigned long long)orders->seed);
	snprintf(words[count++], GUEST_WORD_BYTES, "latency=%d", latency);
	for (int i = 0; i < PARAMS_MAX && params[i].name != NULL; i++)
		write_word(words[count++], &params[i], orders->values[i]);
	return count;
}

static int start(struct orders *orders, struct guest *guest)
{
	bool server = (orders->workload->flags & WORKLOAD_SERVER) != 0;
	char words[GUEST_WORDS_MAX][GUEST_WORD_BYTES];
	const char *argv[GUEST_WORDS_MAX + 5] = {
		orders->guest, "invoke", orders->workload->name, orders->model->name};
	uint32_t number = 0;
	int rc = 0;
	int count = guest_words(orders, orders->invocation->lanes_count > 0 && !server, words);

	if (orders->workload->load != NULL && !server) {
		rc = orders_await(orders, &number);
		snprintf(words[count++], GUEST_WORD_BYTES, "host=127.0.0.%u", number >> HOST_SHIFT);
		snprintf(words[count++], GUEST_WORD_BYTES, "port=%u", number & UINT16_MAX);
	}
	for (int i = 0; i < count; i++)
		argv[4 + i] = words[i];
	return rc == 0 ? talk_start(&guest->talk, argv) : rc;
}

static int read_port(struct orders *orders, const char *rest)
{
	unsigned long port = 0;
	char *end = "";

	if (strncmp(rest, " port=", 6) == 0)
		port = strtoul(rest + 6, &end, 10);
	if (port == 0 || port > UINT16_MAX || *end != '\0')
		return misunderstood(orders, "ready port=N", rest);
	orders_publish(orders, 1u << HOST_SHIFT | (uint32_t)port);
	return 0;
}

int guest_prepare(struct orders *orders)
{
	struct guest *guest = calloc(1, sizeof(*guest));
	char *rest = "";

	orders->shared = guest;
	if (guest == NULL)
		return -ENOMEM;
	guest->talk.to = guest->talk.from = -1;
	guest->talk.give_up = is_over;
	guest->talk.give_up_arg = orders;
	guest->scratch = calloc(1, sizeof(*guest->scratch));
	if (guest->scratch == NULL)
		return -ENOMEM;
	memset(guest->scratch, 1, sizeof(*guest->scratch)); /* its pages are there before point A */
	int rc = start(orders, guest);
	if (rc != 0 && rc != -ECANCELED)
		return blame(orders, guest, rc);
	if (rc == 0)
		rc = expect(orders, guest, "ready", &rest);
	/* a server listens now; it accepts when it is told to open */
	if (rc == 0 && (orders->workload->flags & WORKLOAD_SERVER) != 0)
		return read_port(orders, rest);
	if (rc == 0 && *rest != '\0')
		rc = misunderstood(orders, "ready", rest);
	return rc;
}

static int suspect(struct orders *orders, const char *what)
{
	orders_verdict(orders, STATUS_INVALID, "impossible figures: %s", what);
	return -EPROTO;
}

/* Latencies of operations that cannot have happened in the time there was. */
static int check_latency(struct orders *orders, const struct lane *lane,
	const struct guest_answer *answer, uint64_t took_ns)
{
	double sum_ns = 0;
	uint64_t count = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count += lane->histogram.counts[i];
		/* the lower edge: never more than it was */
		if (i > 0)
			sum_ns += (double)lane->histogram.counts[i] *
				  (double)(histogram_upper_ns(i - 1) + 1);
	}
	if (count > answer->operations)
		return suspect(orders, "more latencies than operations");
	if (lane->max_ns > took_ns)
		return suspect(orders, "a latency longer than the rounds");
	if (sum_ns > (double)took_ns * (double)orders->tasks * (100 + SLACK_PERCENT) / 100)
		return suspect(orders, "latencies add up to more than all tasks had");
	return 0;
}

/* The one or two lines that answer an order. */
static int hear_answer(struct orders *orders, struct guest *guest, struct guest_answer *answer)
{
	char error[ERROR_MAX] = "";
	char *line = NULL;
	int rc = talk_hear(&guest->talk, 0, &line);

	memset(guest->scratch, 0, sizeof(*guest->scratch));
	if (rc == 0 && orders->invocation->lanes_count > 0 && strncmp(line, "latency ", 8) == 0) {
		rc = answer_read_latency(guest->scratch, line + 8, error, sizeof(error));
		if (rc == 0)
			rc = talk_hear(&guest->talk, 0, &line);
	}
	if (rc == 0 && strncmp(line, "did ", 4) != 0)
		return misunderstood(orders, "did", line);
	if (rc == 0)
		rc = answer_read(answer, line + 4, error, sizeof(error));
	if (error[0] != '\0')
		orders_verdict(orders, STATUS_FAILED, "the guest's answer: %s", error);
	else if (rc != 0 && rc != -ECANCELED)
		return blame(orders, guest, rc);
	return rc;
}

/* What cannot be true, whoever says it. */
static int check_answer(struct orders *orders, const struct guest *guest,
	const struct guest_answer *answer, uint64_t took_ns)
{
	double most = (double)took_ns * OPERATIONS_PER_NS * CPU_COUNT(&orders->sut_cpus);

	if ((double)answer->operations > most)
		return suspect(orders, "more operations than the time allows");
	if (answer->tasks > (uint64_t)orders->tasks)
		return suspect(orders, "more tasks than were asked for");
	return check_latency(orders, guest->scratch, answer, took_ns);
}

/* Where our own tasks would have written. */
static void note_answer(struct orders *orders, const struct guest *guest,
	const struct guest_answer *answer, uint64_t end_ns)
{
	slot_count(&orders->slots[0], answer->operations, answer->bytes, answer->checksum);
	for (uint64_t i = 0; i < answer->tasks; i++)
		orders->slots[i].start_ns = end_ns;
	if (orders->invocation->lanes_count > 0) {
		struct lane *lane = &orders->invocation->lanes[0];

		histogram_merge(&lane->histogram, &guest->scratch->histogram);
		if (guest->scratch->max_ns > lane->max_ns)
			lane->max_ns = guest->scratch->max_ns;
	}
}

/* An answer that was there before its order would be a round that took no time. */
static int hear_nothing(struct orders *orders, struct guest *guest)
{
	char *line;

	if (!talk_pending(&guest->talk))
		return 0;
	int rc = talk_hear(&guest->talk, END_GRACE_NS, &line);
	if (rc == 0)
		return misunderstood(orders, "waiting for an order", line);
	return blame(orders, guest, rc);
}

static int do_rounds(struct orders *orders, struct guest *guest, uint64_t rounds, uint64_t *end_ns)
{
	struct guest_answer answer = {0};
	char order[40];

	snprintf(order, sizeof(order), "round %llu", (unsigned long long)rounds);
	int rc = hear_nothing(orders, guest);
	if (rc != 0)
		return rc;
	uint64_t start_ns = clock_now_ns();
	rc = talk_say(&guest->talk, order);
	if (rc != 0)
		return blame(orders, guest, rc);
	rc = hear_answer(orders, guest, &answer);
	*end_ns = clock_now_ns();
	if (rc == 0)
		rc = check_answer(orders, guest, &answer, *end_ns - start_ns);
	if (rc == 0)
		note_answer(orders, guest, &answer, *end_ns);
	return rc;
}

/* Rounds until they are steady, then those of the window. */
static int run_rounds(struct orders *orders, struct guest *guest)
{
	struct invocation *invocation = orders->invocation;
	uint64_t window_rounds = 0, end_ns = 0;
	uint64_t stretch = 1;
	int rc = 0;

	coordinate_ready(orders);
	while (rc == 0 && window_rounds == 0 && !coordinate_cancelled(orders)) {
		uint64_t start_ns = clock_now_ns();

		rc = do_rounds(orders, guest, stretch, &end_ns);
		if (rc != 0)
			break;
		window_rounds =
			coordinate_warm_stretch(orders, stretch, (end_ns - start_ns) / stretch);
		/* a stretch short against an order would measure the order */
		if (end_ns - start_ns < orders->window_ns / 16 && orders->rounds == 0)
			stretch *= 2;
	}
	if (rc != 0 || coordinate_cancelled(orders))
		return rc;
	invocation->chunk_operations = 0; /* a guest is asked once, so there is nothing to cut */
	coordinate_gate(orders);
	coordinate_open(orders);
	rc = do_rounds(orders, guest, window_rounds, &end_ns);
	if (rc == 0)
		coordinate_close(orders, end_ns);
	return rc;
}

/* The load process runs the rounds; a server tells at its end what it has served. */
static int run_server(struct orders *orders, struct guest *guest)
{
	struct guest_answer answer;
	char error[ERROR_MAX];
	char *rest;
	int rc = expect(orders, guest, "served", &rest);

	if (rc != 0)
		return rc;
	rc = answer_read(&answer, rest, error, sizeof(error));
	if (rc != 0) {
		orders_verdict(orders, STATUS_FAILED, "the guest's answer: %.160s", error);
		return rc;
	}
	for (uint64_t i = 0; i < answer.tasks && i < (uint64_t)orders->tasks; i++)
		orders->slots[i].start_ns = clock_now_ns();
	slot_count(&orders->slots[0], answer.operations, answer.bytes, answer.checksum);
	return 0;
}

int guest_run(struct orders *orders)
{
	struct guest *guest = orders->shared;
	bool server = (orders->workload->flags & WORKLOAD_SERVER) != 0;
	char *rest = "";
	int rc = 0;

	orders->invocation->mode = server ? ROUNDS_ONCE : ROUNDS_EACH;
	rc = talk_say(&guest->talk, "open");
	if (rc != 0)
		return blame(orders, guest, rc);
	if (server)
		return run_server(orders, guest);
	rc = expect(orders, guest, "gate", &rest);
	return rc == 0 ? run_rounds(orders, guest) : rc;
}

/* It was told to end: says so where it says something else, or does not. */
static int await_end(struct orders *orders, struct guest *guest)
{
	char *line;
	int rc = coordinate_cancelled(orders) ? -ECANCELED
					      : talk_hear(&guest->talk, END_GRACE_NS, &line);

	if (rc == 0)
		(void)misunderstood(orders, "ending", line);
	else if (rc == -EMSGSIZE)
		blame(orders, guest, rc);
	return talk_end(&guest->talk, rc == -ETIMEDOUT ? 0 : END_GRACE_NS);
}

int guest_finish(struct orders *orders)
{
	struct guest *guest = orders->shared;
	int rc = 0;

	if (guest == NULL)
		return 0;
	if (guest->talk.pid != 0) {
		if (talk_say(&guest->talk, "end") != 0)
			guest->talk.reason[0] = '\0'; /* its exit status tells more */
		rc = await_end(orders, guest);
		if (rc != 0 && !coordinate_cancelled(orders))
			blame(orders, guest, rc);
		if (rc == 0 && talk_left_children()) {
			orders_verdict(orders, STATUS_FAILED, "the guest left processes behind");
			rc = -EPROTO;
		}
	} else {
		(void)talk_end(&guest->talk, 0);
	}
	free(guest->scratch);
	free(guest);
	orders->shared = NULL;
	return rc;
}
