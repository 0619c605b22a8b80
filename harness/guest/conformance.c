/*
 * The examination of a guest. See conformance.h.
 *
 * Workloads it answers with `impossible` are not offered and have no line. What its work should be
 * is what one of our models does in as many rounds with the same orders.
 */
#include "harness/guest/conformance.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/guest/talk.h"

enum { ROUNDS = 2, STALL_NS = 1000 * 1000 * 1000, ANSWER_S = 10 };
enum { REAP_MS = 500, SUBJECT_MAX = 120 };

/* Orders that differ from the plain ones in one thing. */
enum variant { PLAIN, OTHER_SEED, OTHER_VALUES, VARIANTS };

static const char *const variant_names[VARIANTS] = {
	"does the work of ours", "another seed", "other parameters"};

/* What of a record says whether the work was right. */
struct result {
	enum status status;
	char reason[RECORD_REASON_MAX];
	uint64_t operations, bytes, checksum, latencies;
};

struct examination {
	struct guest_about about;
	conformance_say *say;
	void *arg;
	int lines;
	uint64_t grace_ns;
};

static void say(struct examination *examination, const struct workload *workload, const char *model,
	const char *what, const struct line *line)
{
	char subject[SUBJECT_MAX];

	snprintf(subject, sizeof(subject), "%s/%s: %s", workload->name, model, what);
	examination->say(examination->arg, subject, line);
	examination->lines++;
}

/* The first of our families that has the workload. */
static const char *our_model(const struct workload *workload)
{
	static const struct {
		const char *name;
		enum family family;
	} ours[] = {{"threads", FAMILY_THREADS}, {"async", FAMILY_ASYNC},
		{"processes", FAMILY_PROCESSES}};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (workload->run[ours[i].family] != NULL &&
			(workload->offers == NULL ||
				workload->offers(workload, model_find(ours[i].name))))
			return ours[i].name;
	return NULL;
}

/* One task more, and one operation or request of each more. */
static void change_values(struct orders *draft)
{
	const struct param *params = draft->workload->params;

	draft->tasks = (int)++draft->values[draft->workload->concurrency];
	for (int i = 0; i < PARAMS_MAX && params[i].name != NULL; i++)
		if (strcmp(params[i].name, "operations") == 0 ||
			strcmp(params[i].name, "requests") == 0)
			draft->values[i]++;
}

/* A plan of ours; of the guest's where model is not NULL. */
static int make_plan(const struct examination *examination, const struct workload *workload,
	const struct model *model, enum variant variant, struct plan *plan)
{
	static const char *const no_params[] = {NULL};
	int rc = draft_plan(plan, workload, our_model(workload), KIND_TIME, no_params);

	plan->draft.rounds = ROUNDS;
	if (variant == OTHER_SEED)
		plan->draft.seed = 0xfedcba9876543210u;
	if (variant == OTHER_VALUES)
		change_values(&plan->draft);
	if (model == NULL)
		return rc;
	plan->stall_ns = ANSWER_S * (uint64_t)STALL_NS;
	plan->draft.model = model;
	plan->draft.guest = examination->about.program;
	snprintf(plan->guest.program, sizeof(plan->guest.program), "guest");
	snprintf(
		plan->guest.version, sizeof(plan->guest.version), "%s", examination->about.version);
	return rc;
}

static void invoke(const struct plan *plan, struct result *result)
{
	struct record record = {0};
	int interrupted = 0;
	int rc = invocation_run(plan, &record, &interrupted);

	*result = (struct result){.status = rc != 0 ? STATUS_FAILED : record.status,
		.operations = record.work.operations,
		.bytes = record.work.bytes,
		.checksum = record.work.checksum};
	snprintf(result->reason, sizeof(result->reason), "%s",
		rc != 0 ? strerror(-rc) : record.reason);
	if (record.latency != NULL && record.latency->present)
		result->latencies = histogram_count(&record.latency->closed);
	record_release(&record);
}

/* What others did to the machine meanwhile may make an invocation one that does not count; its work
 * is known all the same. */
static bool is_done(const struct result *result)
{
	return result->status == STATUS_OK || result->status == STATUS_DISTURBED;
}

static void describe(const struct result *result, char text[LINE_TEXT_MAX])
{
	if (is_done(result))
		snprintf(text, LINE_TEXT_MAX,
			"%" PRIu64 " operations, %" PRIu64 " bytes, checksum %" PRIx64,
			result->operations, result->bytes, result->checksum);
	else
		snprintf(text, LINE_TEXT_MAX, "%s: %.140s", status_names[result->status],
			result->reason);
}

static bool is_same(const struct result *ours, const struct result *theirs)
{
	return is_done(ours) && is_done(theirs) && ours->operations == theirs->operations &&
	       ours->bytes == theirs->bytes && ours->checksum == theirs->checksum;
}

static void compare(struct line *line, const struct result *ours, const struct result *theirs)
{
	describe(ours, line->expected);
	describe(theirs, line->measured);
	line_tolerance(line, "exact");
	line_judge(line, is_same(ours, theirs));
}

/* As many latencies as ours: of every operation, or of those the workload names. */
static void compare_latencies(
	struct line *line, const struct result *ours, const struct result *theirs)
{
	line_expected(line, "%" PRIu64 " latencies of %" PRIu64 " operations", ours->latencies,
		ours->operations);
	line_measured(line, "%" PRIu64 " of %" PRIu64, theirs->latencies, theirs->operations);
	line_tolerance(line, "exact");
	line_judge(line, is_done(theirs) && ours->latencies == theirs->latencies);
}

/* Another process runs the plan and writes its result. */
static pid_t invoke_beside(const struct plan *plan, int pipes[2])
{
	struct result result;

	if (pipe(pipes) != 0)
		return -1;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		invoke(plan, &result);
		_exit(write(pipes[1], &result, sizeof(result)) == (ssize_t)sizeof(result) ? 0 : 1);
	}
	close(pipes[1]);
	return pid;
}

static void check_two_at_once(struct line *line, const struct plan *plan, const struct result *ours)
{
	struct result results[2];
	char texts[2][LINE_TEXT_MAX];
	int pipes[2][2] = {{-1, -1}, {-1, -1}};
	pid_t pids[2];

	for (int i = 0; i < 2; i++)
		pids[i] = invoke_beside(plan, pipes[i]);
	for (int i = 0; i < 2; i++) {
		results[i] = (struct result){.status = STATUS_FAILED, .reason = "no result"};
		if (pids[i] > 0 && (read(pipes[i][0], &results[i], sizeof(results[i])) < 0 ||
					   waitpid(pids[i], NULL, 0) < 0))
			results[i].status = STATUS_FAILED;
		close(pipes[i][0]);
		describe(&results[i], texts[i]);
	}
	describe(ours, line->expected);
	line_measured(line, "%.70s; %.70s", texts[0], texts[1]);
	line_tolerance(line, "exact");
	line_judge(line, is_same(ours, &results[0]) && is_same(ours, &results[1]));
}

/* Processes that outlive the guest become our children. Returns  how many there were; none is left.
 */
static int reap_left(void)
{
	int left = 0;

	for (int i = 0; i < REAP_MS; i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		if (waitpid(-1, NULL, WNOHANG) < 0)
			return 0;
		usleep(1000);
	}
	for (;;) {
		siginfo_t info = {0};
		char path[64];
		pid_t pid = 0;

		snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
		FILE *children = fopen(path, "r");
		if (children == NULL)
			return left + 1;
		if (fscanf(children, "%d", &pid) == 1)
			kill(pid, SIGKILL);
		fclose(children);
		if (pid == 0 || waitid(P_PID, (id_t)pid, &info, WEXITED) != 0)
			return left;
		left++;
	}
}

/* How far the dialogue goes before stdin closes. */
enum stage { BEFORE_OPEN, AFTER_GATE, IN_ROUNDS, STAGES };
static const char *const stage_names[STAGES] = {"ends when stdin closes before open",
	"ends when stdin closes after gate", "ends when stdin closes in rounds"};

static int go_to(struct talk *talk, enum stage stage)
{
	const uint64_t timeout_ns = ANSWER_S * 1000000000ull;
	char *heard = NULL;
	int rc = talk_hear(talk, timeout_ns, &heard);

	if (rc == 0 && strcmp(heard, "ready") != 0)
		rc = -EPROTO;
	if (rc == 0 && stage >= AFTER_GATE)
		rc = talk_say(talk, "open");
	if (rc == 0 && stage >= AFTER_GATE)
		rc = talk_hear(talk, timeout_ns, &heard);
	if (rc == 0 && stage >= AFTER_GATE && strcmp(heard, "gate") != 0)
		rc = -EPROTO;
	if (rc == 0 && stage == IN_ROUNDS)
		rc = talk_say(talk, "round 1");
	return rc;
}

static void check_stage(struct line *line, const struct examination *examination,
	const struct plan *plan, enum stage stage)
{
	char words[GUEST_WORDS_MAX][GUEST_WORD_BYTES];
	const char *argv[GUEST_WORDS_MAX + 5] = {
		plan->draft.guest, "invoke", plan->draft.workload->name, plan->draft.model->name};
	struct talk talk = {0};
	char *heard;
	int count = guest_words(&plan->draft, false, words);

	for (int i = 0; i < count; i++)
		argv[4 + i] = words[i];
	int rc = talk_start(&talk, argv);
	if (rc == 0)
		rc = go_to(&talk, stage);
	bool there = rc == 0;
	if (talk.to >= 0)
		close(talk.to);
	talk.to = -1;
	while (rc == 0) /* until it ends; what it says is still read */
		rc = talk_hear(&talk, examination->grace_ns, &heard);
	bool ended = talk_end(&talk, examination->grace_ns) != -ETIMEDOUT;
	int left = reap_left();

	line_expected(line, "its end, no process left");
	if (!there)
		line_measured(line, "it did not get so far");
	else if (!ended)
		line_measured(line, "it ran on and was killed");
	else
		line_measured(line, "its end, %d processes left", left);
	line_tolerance(line, "%.1f s", (double)examination->grace_ns / 1e9);
	line_judge(line, there && ended && left == 0);
}

static void examine_model(struct examination *examination, const struct workload *workload,
	const struct model *model, const struct result ours[VARIANTS])
{
	struct result theirs[VARIANTS];
	struct plan plan;
	struct line line;

	for (enum variant variant = PLAIN; variant < VARIANTS; variant++) {
		line = (struct line){0};
		if (make_plan(examination, workload, model, variant, &plan) != 0)
			continue;
		invoke(&plan, &theirs[variant]);
		if (variant == PLAIN && theirs[PLAIN].status == STATUS_IMPOSSIBLE)
			return;
		compare(&line, &ours[variant], &theirs[variant]);
		say(examination, workload, model->name, variant_names[variant], &line);
	}
	if (ours[PLAIN].latencies > 0) {
		compare_latencies(&line, &ours[PLAIN], &theirs[PLAIN]);
		say(examination, workload, model->name, "latencies", &line);
	}
	if (make_plan(examination, workload, model, PLAIN, &plan) != 0)
		return;
	check_two_at_once(&line, &plan, &ours[PLAIN]);
	say(examination, workload, model->name, "two at once", &line);
	for (enum stage stage = BEFORE_OPEN; stage < STAGES && workload->load == NULL; stage++) {
		check_stage(&line, examination, &plan, stage);
		say(examination, workload, model->name, stage_names[stage], &line);
	}
}

static void examine_workload(struct examination *examination, const struct workload *workload)
{
	struct result ours[VARIANTS];
	struct plan plan;

	for (enum variant variant = PLAIN; variant < VARIANTS; variant++) {
		if (make_plan(examination, workload, NULL, variant, &plan) != 0)
			return;
		invoke(&plan, &ours[variant]);
	}
	for (int i = 0; i < examination->about.count; i++) {
		struct model model = {.name = examination->about.names[i],
			.summary = examination->about.summaries[i],
			.family = FAMILY_PROCESSES,
			.kind = MODEL_PER_TASK};

		examine_model(examination, workload, &model, ours);
	}
}

int conformance_examine(
	const char *program, const char *only, uint64_t grace_ns, conformance_say *tell, void *arg)
{
	struct examination examination = {.say = tell, .arg = arg, .grace_ns = grace_ns};
	struct line line = {0};
	char error[LINE_TEXT_MAX] = "";
	int rc = guest_ask(&examination.about, program, error, sizeof(error));

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	line_expected(&line, "interface %d, a version, models", GUEST_INTERFACE);
	if (rc == 0)
		line_measured(
			&line, "%s, %d models", examination.about.version, examination.about.count);
	else
		line_measured(&line, "%s", error);
	line_tolerance(&line, "10 s");
	line_judge(&line, rc == 0);
	tell(arg, "describes itself", &line);
	for (int i = 0; rc == 0 && workloads[i] != NULL; i++)
		if (our_model(workloads[i]) != NULL &&
			(only == NULL || strcmp(only, workloads[i]->name) == 0))
			examine_workload(&examination, workloads[i]);
	if (rc == 0 && examination.lines == 0) {
		line_expected(&line, "a workload it can do");
		line_measured(&line, "none");
		line_judge(&line, false);
		tell(arg, "offers workloads", &line);
		examination.lines++;
	}
	return examination.lines + 1;
}
