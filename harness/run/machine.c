#include "harness/run/machine.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/binary.h"
#include "harness/params.h"
#include "harness/version.h"

static void describe_cpu(struct run_machine *machine)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[4096];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *value = strchr(line, ':');
		line[strcspn(line, "\n")] = '\0';
		if (value == NULL)
			continue;
		if (machine->cpu[0] == '\0' && strncmp(line, "model name", 10) == 0)
			snprintf(machine->cpu, sizeof(machine->cpu), "%s", value + 2);
		if (strncmp(line, "flags", 5) == 0 && strstr(value, " hypervisor") != NULL)
			strcpy(machine->hypervisor, "virtual");
	}
	if (file != NULL)
		fclose(file);
}

static void describe_machine(struct run_machine *machine)
{
	struct utsname names;
	cpu_set_t allowed;

	describe_cpu(machine);
	if (uname(&names) == 0) {
		snprintf(machine->host, sizeof(machine->host), "%s", names.nodename);
		snprintf(machine->kernel, sizeof(machine->kernel), "%s %s %s", names.sysname,
			names.release, names.machine);
	}
	machine->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
		cpu_list_format(&allowed, machine->cpus_allowed, sizeof(machine->cpus_allowed));
	machine->memory_bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

static void describe_build(struct run_build *build)
{
	snprintf(build->version, sizeof(build->version), "%s", version_number);
	snprintf(build->commit, sizeof(build->commit), "%s", version_commit);
	snprintf(build->mode, sizeof(build->mode), "%s", version_mode);
	snprintf(build->compiler, sizeof(build->compiler), "%s", version_compiler);
	snprintf(build->flags, sizeof(build->flags), "%s", version_flags);
	if (binary_sha256(build->binary_sha256) != 0)
		build->binary_sha256[0] = '\0';
}

static int64_t limit_of(int resource)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) != 0 || limit.rlim_cur > INT64_MAX)
		return -1;
	return (int64_t)limit.rlim_cur;
}

static int64_t number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	long long number = -1;

	if (file == NULL)
		return -1;
	if (fscanf(file, "%lld", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

void machine_describe(struct run_header *header)
{
	time_t now = time(NULL);
	struct tm utc;

	header->concbench_run = RUN_FORMAT;
	strftime(header->started, sizeof(header->started), "%Y-%m-%dT%H:%M:%SZ",
		gmtime_r(&now, &utc));
	describe_machine(&header->machine);
	describe_build(&header->build);
	header->limits = (struct run_limits){.processes = limit_of(RLIMIT_NPROC),
		.files = limit_of(RLIMIT_NOFILE),
		.stack_bytes = limit_of(RLIMIT_STACK),
		.locked_bytes = limit_of(RLIMIT_MEMLOCK),
		.threads_max = number_in("/proc/sys/kernel/threads-max"),
		.pid_max = number_in("/proc/sys/kernel/pid_max"),
		.map_count = number_in("/proc/sys/vm/max_map_count")};
}

static void describe_workload(struct workload_facts *facts, const struct workload *workload)
{
	snprintf(facts->name, sizeof(facts->name), "%s", workload->name);
	snprintf(facts->kind, sizeof(facts->kind), "%s", workload->kind);
	snprintf(facts->operation, sizeof(facts->operation), "%s", workload->operation);
	if (workload->latency_of != NULL)
		snprintf(facts->latency_of, sizeof(facts->latency_of), "%s", workload->latency_of);
	snprintf(facts->concurrency, sizeof(facts->concurrency), "%s",
		workload->params[workload->concurrency].name);
	facts->rate = (workload->flags & WORKLOAD_NO_RATE) == 0;
	facts->latency = (workload->flags & WORKLOAD_NO_LATENCY) == 0;
	facts->load = workload->load != NULL;
	facts->server = (workload->flags & WORKLOAD_SERVER) != 0;
}

int machine_add_workloads(struct run_header *header, const struct run_plan *plan)
{
	header->workloads = calloc(WORKLOADS_MAX, sizeof(*header->workloads));
	if (header->workloads == NULL)
		return -ENOMEM;
	for (int i = 0; i < plan->cells_count; i++) {
		const struct workload *workload = plan->cells[i].workload;
		if (header->workloads_count < WORKLOADS_MAX &&
			run_facts(header, workload->name) == NULL)
			describe_workload(&header->workloads[header->workloads_count++], workload);
	}
	return 0;
}

void machine_command(struct run_header *header, int argc, char *const *argv)
{
	size_t end = (size_t)snprintf(header->command, sizeof(header->command), "concbench");

	for (int i = 0; i < argc && end < sizeof(header->command); i++) {
		bool quote = argv[i][strcspn(argv[i], " \t\n\"'\\$`*?[]{}()<>|&;#~!")] != '\0';
		end += (size_t)snprintf(header->command + end, sizeof(header->command) - end,
			quote ? " '%s'" : " %s", argv[i]);
	}
}
