/*
 * What went on around an invocation: see environment.h.
 */
#include "harness/measure/environment.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/tree.h"

enum { TEXT_MAX = 16 * 1024 };

static void read_stolen(struct environment *environment, char *text)
{
	uint64_t ticks;

	if (proc_read(AT_FDCWD, "/proc/stat", text, TEXT_MAX) > 0 &&
		sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) == 1)
		environment->stolen_ns = ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void read_pressure(struct environment *environment, char *text)
{
	const char *total;

	if (proc_read(AT_FDCWD, "/proc/pressure/cpu", text, TEXT_MAX) > 0 &&
		(total = strstr(text, "total=")) != NULL)
		environment->pressure_us = strtoull(total + strlen("total="), NULL, 10);
}

/*
 * /proc/net/netstat and snmp come in pairs of lines: "Tcp: names…", "Tcp: values…".
 *   Returns  the value below a name, 0 if there is none.
 */
static uint64_t pair_value(const char *text, const char *group, const char *name)
{
	const char *names = strstr(text, group);
	const char *values = names != NULL ? strstr(names + strlen(group), group) : NULL;
	const char *found;
	char word[64];

	if (values == NULL || snprintf(word, sizeof(word), " %s", name) >= (int)sizeof(word))
		return 0;
	for (found = names; (found = strstr(found, word)) != NULL && found < values; found++)
		if (found[strlen(word)] == ' ' || found[strlen(word)] == '\n')
			break;
	if (found == NULL || found >= values)
		return 0;
	for (const char *at = names; at <= found; at++)
		if (*at == ' ')
			values = strchr(values + (at != names), ' ');
	return values != NULL ? strtoull(values, NULL, 10) : 0;
}

static void read_tcp(struct environment *environment, char *text)
{
	if (proc_read(AT_FDCWD, "/proc/net/netstat", text, TEXT_MAX) > 0) {
		environment->listen_overflows = pair_value(text, "TcpExt:", "ListenOverflows");
		environment->tcp_timeouts = pair_value(text, "TcpExt:", "TCPTimeouts");
	}
	if (proc_read(AT_FDCWD, "/proc/net/snmp", text, TEXT_MAX) > 0)
		environment->tcp_retransmits = pair_value(text, "Tcp:", "RetransSegs");
}

void environment_read(struct environment *environment)
{
	char *text = malloc(TEXT_MAX);

	*environment = (struct environment){.throttled_ns = cgroup_throttled_ns()};
	if (text == NULL)
		return;
	if (proc_read(AT_FDCWD, "/proc/meminfo", text, TEXT_MAX) > 0)
		environment->dirty_bytes = (uint64_t)proc_field(text, "Dirty:", 0) * 1024;
	read_stolen(environment, text);
	read_pressure(environment, text);
	read_tcp(environment, text);
	free(text);
}

void environment_describe(struct record_environment *record, pid_t pid)
{
	char text[64];
	int folder = proc_open(pid);

	cgroup_own_name(record->cgroup, sizeof(record->cgroup));
	cgroup_cpu_max(record->cpu_max, sizeof(record->cpu_max));
	if (folder < 0)
		return;
	if (proc_read(folder, "autogroup", text, sizeof(text)) > 0) {
		text[strcspn(text, "\n")] = '\0';
		snprintf(record->autogroup, sizeof(record->autogroup), "%.31s", text);
	}
	close(folder);
}
