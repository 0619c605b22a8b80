/*
 * Each invocation is a child that gets its orders as arguments and answers with one line on a pipe.
 * Whatever else it does (nothing, garbage, a crash, a hang) becomes a failed record that says so.
 */
#include "harness/run/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/clock.h"
#include "harness/params.h"
#include "harness/run/arguments.h"
#include "harness/run/spinner.h"
#include "harness/run/stop.h"

enum {
	RECORD_FD = 3,
	RECORD_BYTES_MAX = 32 << 20, /* two full histograms and 2^20 chunks fit */
	COMPLAINT_BYTES = 2048,      /* of the child's stderr, its end is kept */
	GRACE_MS = 5000              /* from SIGTERM to SIGKILL: exec takes its tree down */
};

/* A child in progress. */
struct child {
	pid_t pid;
	int record_fd, complaint_fd; /* -1 once at end of file */
	int pid_fd;                  /* readable once it has ended; -1 where the kernel has none */
	char *line;
	size_t bytes, room;
	char complaint[COMPLAINT_BYTES];
	size_t complaint_bytes;
	bool too_long, timed_out, interrupted;
	uint64_t terminated_ns; /* when SIGTERM was sent, 0 = not */
};

/* Runs in the child; async-signal-safe calls only. */
static void become(const struct arguments *arguments, const char *program, int record,
	int complaint, pid_t parent)
{
	stop_reset();
	/* SIGTERM, so that exec's own supervisor cleans up when the run is killed */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	int null = open("/dev/null", O_RDONLY);
	dup2(null, STDIN_FILENO);
	dup2(complaint, STDOUT_FILENO);
	dup2(complaint, STDERR_FILENO);
	/* both pipes are close-on-exec; dup2 to itself would keep that flag */
	if (record == RECORD_FD)
		fcntl(record, F_SETFD, 0);
	else
		dup2(record, RECORD_FD);
	execve(program, arguments->argv, arguments->envp);
	dprintf(STDERR_FILENO, "cannot execute %s: errno %d\n", program, errno);
	_exit(127);
}

static int child_start(struct child *child, const struct arguments *arguments, const char *program)
{
	int record[2], complaint[2];
	pid_t parent = getpid();

	if (pipe2(record, O_CLOEXEC) != 0)
		return -errno;
	if (pipe2(complaint, O_CLOEXEC) != 0) {
		int rc = -errno;
		close(record[0]);
		close(record[1]);
		return rc;
	}
	fflush(NULL);
	child->pid = fork();
	int rc = child->pid < 0 ? -errno : 0;
	if (child->pid == 0)
		become(arguments, program, record[1], complaint[1], parent);
	child->pid_fd = child->pid < 0 ? -1 : pidfd_open(child->pid, 0);
	close(record[1]);
	close(complaint[1]);
	child->record_fd = record[0];
	child->complaint_fd = complaint[0];
	fcntl(child->record_fd, F_SETFL, O_NONBLOCK);
	fcntl(child->complaint_fd, F_SETFL, O_NONBLOCK);
	return rc;
}

static int child_read_record(struct child *child)
{
	if (child->bytes == child->room) {
		size_t room = child->room == 0 ? 1 << 16 : child->room * 2;
		char *line = room > RECORD_BYTES_MAX ? NULL : realloc(child->line, room);
		if (line == NULL) {
			child->too_long = true;
			kill(child->pid, SIGTERM);
			child->bytes = 0;
			return room > RECORD_BYTES_MAX ? 0 : -ENOMEM;
		}
		child->line = line;
		child->room = room;
	}
	ssize_t got =
		read(child->record_fd, child->line + child->bytes, child->room - child->bytes);
	if (got > 0)
		child->bytes += (size_t)got;
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		close(child->record_fd);
		child->record_fd = -1;
	}
	return 0;
}

/* Keeps the last COMPLAINT_BYTES of what it says. */
static void child_read_complaint(struct child *child)
{
	char text[COMPLAINT_BYTES / 2];
	ssize_t got = read(child->complaint_fd, text, sizeof(text));

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		close(child->complaint_fd);
		child->complaint_fd = -1;
	}
	if (got <= 0)
		return;
	size_t room = sizeof(child->complaint) - 1, bytes = (size_t)got;
	if (child->complaint_bytes + bytes > room) {
		size_t drop = child->complaint_bytes + bytes - room;
		memmove(child->complaint, child->complaint + drop, child->complaint_bytes - drop);
		child->complaint_bytes -= drop;
	}
	memcpy(child->complaint + child->complaint_bytes, text, bytes);
	child->complaint_bytes += bytes;
	child->complaint[child->complaint_bytes] = '\0';
}

static void child_terminate(struct child *child)
{
	uint64_t now_ns = clock_now_ns();

	if (child->terminated_ns == 0) {
		child->terminated_ns = now_ns;
		kill(child->pid, SIGTERM);
	} else if (now_ns - child->terminated_ns > GRACE_MS * 1000000ull) {
		kill(child->pid, SIGKILL);
	}
}

/* Has it ended? Leaves its status to be collected. */
static bool child_ended(const struct child *child)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == child->pid;
}

/* Reads until the child has ended or must be ended. A grandchild may hold the pipes open: the
   child's own end counts, then what is in the pipes is read once more. */
static int child_follow(struct child *child, uint64_t deadline_ns)
{
	enum { POLL_MS = 50 };
	int rc = 0;

	while (rc == 0) {
		bool ended = child_ended(child);
		struct pollfd polled[3] = {{.fd = child->record_fd, .events = POLLIN},
			{.fd = child->complaint_fd, .events = POLLIN},
			{.fd = ended ? -1 : child->pid_fd, .events = POLLIN}};
		int ready = poll(polled, 3, ended ? 0 : POLL_MS);
		if (ready > 0 && polled[0].revents != 0)
			rc = child_read_record(child);
		if (ready > 0 && polled[1].revents != 0)
			child_read_complaint(child);
		if (ended && (ready == 0 || (child->record_fd < 0 && child->complaint_fd < 0)))
			break;
		child->interrupted = child->interrupted || stop_signal() != 0;
		child->timed_out = child->timed_out || clock_now_ns() > deadline_ns;
		if (child->interrupted || child->timed_out)
			child_terminate(child);
	}
	/* a signal to the whole process group may have ended the child first */
	child->interrupted = child->interrupted || stop_signal() != 0;
	return rc;
}

/* The last line the child wrote to stderr, without its newline; "" if it said nothing. */
static const char *child_complaint(struct child *child)
{
	char *text = child->complaint;
	size_t bytes = child->complaint_bytes;

	while (bytes > 0 && text[bytes - 1] == '\n')
		text[--bytes] = '\0';
	char *line = strrchr(text, '\n');
	return line == NULL ? text : line + 1;
}

static void describe_end(int status, char *text, size_t bytes)
{
	if (WIFSIGNALED(status))
		snprintf(text, bytes, "ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(text, bytes, "exit status %d", WEXITSTATUS(status));
}

/* Judges what came: a record of what was asked for, or why not. */
static void judge(struct child *child, int status, const struct invocation_request *request,
	struct record *record)
{
	char why[200], end[80];
	const char *said = child_complaint(child);
	const char *separator = said[0] == '\0' ? "" : ": ";
	char *newline = child->bytes == 0 ? NULL : memchr(child->line, '\n', child->bytes);

	describe_end(status, end, sizeof(end));
	if (child->timed_out)
		executor_fail(record, request, STATUS_FAILED,
			"no end within %.3g s, ended by force%s%s",
			(double)request->deadline_ns / 1e9, separator, said);
	else if (child->too_long)
		executor_fail(record, request, STATUS_FAILED, "wrote more than a record");
	else if (child->bytes == 0)
		executor_fail(record, request, STATUS_FAILED, "wrote no record, %s%s%s", end,
			separator, said);
	else if (newline == NULL || newline != child->line + child->bytes - 1)
		executor_fail(record, request, STATUS_FAILED, "wrote %s, %s%s%s",
			newline == NULL ? "half a record" : "more than one line", end, separator,
			said);
	else if (record_from_json(record, child->line, child->bytes - 1, why, sizeof(why)) != 0)
		executor_fail(record, request, STATUS_FAILED, "wrote garbage: %s", why);
	else if (strcmp(record->workload, request->cell->workload->name) != 0 ||
		 strcmp(record->model, request->cell->model->name) != 0 ||
		 record->kind != request->cell->kind || record->seed != request->seed)
		executor_fail(record, request, STATUS_FAILED,
			"answered with a record of %.40s/%.40s, kind %s, seed %llu",
			record->workload, record->model, kind_names[record->kind],
			(unsigned long long)record->seed);
	else if (record->status == STATUS_OK && status != 0)
		executor_fail(record, request, STATUS_FAILED, "%s after its record%s%s", end,
			separator, said);
}

static void child_close(struct child *child)
{
	if (child->record_fd >= 0)
		close(child->record_fd);
	if (child->complaint_fd >= 0)
		close(child->complaint_fd);
	if (child->pid_fd >= 0)
		close(child->pid_fd);
	free(child->line);
}

static int process_invoke(
	struct executor *executor, const struct invocation_request *request, struct record *record)
{
	const struct process_executor *process = executor->state;
	struct child child = {.record_fd = -1, .complaint_fd = -1, .pid_fd = -1};
	struct arguments arguments;
	int status = 0;

	memset(record, 0, sizeof(*record));
	int rc = arguments_make(&arguments, request, RECORD_FD);
	if (rc == 0)
		rc = child_start(&child, &arguments,
			process->program != NULL ? process->program : "/proc/self/exe");
	if (rc == 0) {
		rc = child_follow(&child, clock_now_ns() + request->deadline_ns);
		if (rc != 0)
			kill(child.pid, SIGKILL);
		while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
			;
		/* its children die with it; its control groups only it would have removed */
		if (WIFSIGNALED(status))
			control_groups_sweep();
	} else if (rc != -ENOMEM) {
		executor_fail(record, request, STATUS_FAILED, "cannot start it: %s", strerror(-rc));
	}
	if (rc == 0 && child.interrupted)
		rc = -EINTR;
	else if (rc == 0)
		judge(&child, status, request, record);
	child_close(&child);
	arguments_free(&arguments);
	return rc == -ENOMEM || rc == -EINTR ? rc : 0;
}

static int64_t process_calibrate(struct executor *executor, const struct cell *cell)
{
	cpu_set_t before, one;

	(void)executor;
	/* on one CPU of the system under test, as the computation will run */
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &cell->sut))
			CPU_SET(cpu, &one);
	sched_getaffinity(0, sizeof(before), &before);
	sched_setaffinity(0, sizeof(one), &one);
	int64_t value = cell->workload->calibrate();
	sched_setaffinity(0, sizeof(before), &before);
	return value;
}

static double process_spin(struct executor *executor, const cpu_set_t *cpus, double *waited)
{
	(void)executor;
	return spinner_share(cpus, waited);
}

static uint64_t process_now_ns(struct executor *executor)
{
	(void)executor;
	return clock_now_ns();
}

void process_executor_init(struct process_executor *process)
{
	memset(process, 0, sizeof(*process));
	process->executor = (struct executor){.invoke = process_invoke,
		.calibrate = process_calibrate,
		.spin = process_spin,
		.now_ns = process_now_ns,
		.state = process};
}

void executor_fail(struct record *record, const struct invocation_request *request,
	enum status status, const char *format, ...)
{
	const struct cell *cell = request->cell;
	char reason[RECORD_REASON_MAX];
	va_list arguments;

	/* the arguments may point into the record: they are used up before it is cleared */
	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	record_release(record);
	memset(record, 0, sizeof(*record));
	strcpy(record->reason, reason);
	record->schema = RECORD_SCHEMA;
	record->kind = cell->kind;
	record->status = status;
	snprintf(record->workload, sizeof(record->workload), "%s", cell->workload->name);
	snprintf(record->model, sizeof(record->model), "%s", cell->model->name);
	record->seed = request->seed;
	record->memory.peak = -1;
	cell_params(cell, record->params, &record->params_count);
	cell_cpus(cell, record->place.sut_cpus, record->place.load_cpus);
	record->place.padding = request->padding;
}
