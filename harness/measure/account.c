/*
 * Accounts of the SUT: see account.h.
 */
#include "harness/measure/account.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/tree.h"

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t timeval_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_usec * 1000u;
}

static void add_usage(struct account *account, const struct rusage *usage)
{
	account->user_ns += timeval_ns(&usage->ru_utime);
	account->system_ns += timeval_ns(&usage->ru_stime);
	account->voluntary += (uint64_t)usage->ru_nvcsw;
	account->involuntary += (uint64_t)usage->ru_nivcsw;
	account->minor_faults += (uint64_t)usage->ru_minflt;
	account->major_faults += (uint64_t)usage->ru_majflt;
}

void account_self(struct account *account)
{
	struct rusage self = {0};
	struct rusage reaped = {0};

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &reaped);
	add_usage(account, &self);
	add_usage(account, &reaped);
	account->cpu_ns += timeval_ns(&reaped.ru_utime) + timeval_ns(&reaped.ru_stime);
	account->cpu_ns += clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/*
 * The fields of /proc/PID/stat that hold for the whole process, dead threads included; its own CPU
 * time comes from the clock instead, which is exact.
 */
static void add_stat(struct account *account, const char *stat)
{
	const char *end = strrchr(stat, ')');
	uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t minor, minor_reaped, major, major_reaped, user, system;
	int64_t user_reaped, system_reaped;

	if (end == NULL || sscanf(end + 1,
				   " %*c %*d %*d %*d %*d %*d %*u %" SCNu64 " %" SCNu64 " %" SCNu64
				   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNd64,
				   &minor, &minor_reaped, &major, &major_reaped, &user, &system,
				   &user_reaped, &system_reaped) != 8)
		return;
	account->minor_faults += minor + minor_reaped;
	account->major_faults += major + major_reaped;
	account->user_ns += (user + (uint64_t)user_reaped) * tick_ns;
	account->system_ns += (system + (uint64_t)system_reaped) * tick_ns;
	account->cpu_ns += (uint64_t)(user_reaped + system_reaped) * tick_ns;
}

/* True for a thread that runs or could: "State:	R (running)". */
static bool is_awake(const char *status)
{
	const char *state = strstr(status, "\nState:\t");

	return state != NULL && state[strlen("\nState:\t")] == 'R';
}

/* What the kernel tells per thread only: switches, and the wait for a CPU. */
static int add_thread(struct account *account, int tasks, const char *tid, bool switches)
{
	char path[40];
	char text[4096];
	uint64_t delay_ns;

	snprintf(path, sizeof(path), "%.20s/schedstat", tid);
	if (proc_read(tasks, path, text, sizeof(text)) > 0 &&
		sscanf(text, "%*u %" SCNu64, &delay_ns) == 1)
		account->run_delay_ns += delay_ns;
	snprintf(path, sizeof(path), "%.20s/status", tid);
	if (proc_read(tasks, path, text, sizeof(text)) <= 0)
		return 0;
	if (switches) {
		account->voluntary += (uint64_t)proc_field(text, "voluntary_ctxt_switches:", 0);
		account->involuntary +=
			(uint64_t)proc_field(text, "nonvoluntary_ctxt_switches:", 0);
	}
	return is_awake(text);
}

/* One process from outside; only its run delay where it reads the rest itself. */
static int add_process(struct account *account, pid_t pid, bool reads_itself, int *awake)
{
	char text[1024];
	clockid_t clock;
	struct dirent *entry;
	int folder = proc_open(pid);

	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	if (!reads_itself) {
		if (clock_getcpuclockid(pid, &clock) == 0)
			account->cpu_ns += clock_ns(clock);
		if (proc_read(folder, "stat", text, sizeof(text)) > 0)
			add_stat(account, text);
	}
	int fd = openat(folder, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = fd >= 0 ? fdopendir(fd) : NULL;
	while (tasks != NULL && (entry = readdir(tasks)) != NULL)
		if (entry->d_name[0] != '.')
			*awake += add_thread(account, dirfd(tasks), entry->d_name, !reads_itself);
	if (tasks != NULL)
		closedir(tasks);
	else if (fd >= 0)
		close(fd);
	close(folder);
	return 0;
}

int account_tree(struct account *account, pid_t root, pid_t skip, int *awake)
{
	struct tree tree = {0};
	int rc = tree_list(&tree, root);

	*awake = 0;
	for (int i = 0; i < tree.count && rc == 0; i++)
		rc = add_process(account, tree.pids[i], tree.pids[i] == skip, awake);
	tree_release(&tree);
	return rc;
}

void account_add(struct account *into, const struct account *from)
{
	into->cpu_ns += from->cpu_ns;
	into->user_ns += from->user_ns;
	into->system_ns += from->system_ns;
	into->voluntary += from->voluntary;
	into->involuntary += from->involuntary;
	into->minor_faults += from->minor_faults;
	into->major_faults += from->major_faults;
	into->run_delay_ns += from->run_delay_ns;
}

static uint64_t minus(uint64_t after, uint64_t before)
{
	return after > before ? after - before : 0;
}

struct account account_between(const struct account *before, const struct account *after)
{
	return (struct account){
		.cpu_ns = minus(after->cpu_ns, before->cpu_ns),
		.user_ns = minus(after->user_ns, before->user_ns),
		.system_ns = minus(after->system_ns, before->system_ns),
		.voluntary = minus(after->voluntary, before->voluntary),
		.involuntary = minus(after->involuntary, before->involuntary),
		.minor_faults = minus(after->minor_faults, before->minor_faults),
		.major_faults = minus(after->major_faults, before->major_faults),
		.run_delay_ns = minus(after->run_delay_ns, before->run_delay_ns),
	};
}
