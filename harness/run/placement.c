#include "harness/run/placement.h"

#include <errno.h>
#include <stdio.h>

#include "harness/params.h"

enum { LIST_MAX = 256 };

void placement_first(cpu_set_t *to, const cpu_set_t *from, int n)
{
	CPU_ZERO(to);
	for (int cpu = 0; cpu < CPU_SETSIZE && n > 0; cpu++) {
		if (CPU_ISSET(cpu, from)) {
			CPU_SET(cpu, to);
			n--;
		}
	}
}

/* to = a without b */
static void without(cpu_set_t *to, const cpu_set_t *a, const cpu_set_t *b)
{
	CPU_ZERO(to);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, a) && !CPU_ISSET(cpu, b))
			CPU_SET(cpu, to);
}

static int read_list(const char *option, const char *text, const cpu_set_t *allowed,
	cpu_set_t *cpus, char *error, size_t bytes)
{
	char list[LIST_MAX];
	cpu_set_t both;

	if (cpu_list_parse(text, cpus) != 0) {
		snprintf(error, bytes, "%s '%.60s' is not a list of CPUs (like 0,2-3)", option,
			text);
		return -EINVAL;
	}
	CPU_AND(&both, cpus, allowed);
	if (CPU_EQUAL(&both, cpus))
		return 0;
	cpu_list_format(allowed, list, sizeof(list));
	snprintf(error, bytes, "%s %.60s: not all of them may be used here, only %s", option, text,
		list);
	return -EINVAL;
}

static int check_overlap(const struct placement *placement, char *error, size_t bytes)
{
	char list[LIST_MAX];
	cpu_set_t both;

	CPU_AND(&both, &placement->sut, &placement->load);
	if (CPU_COUNT(&both) == 0)
		return 0;
	cpu_list_format(&both, list, sizeof(list));
	snprintf(error, bytes, "--sut-cpus and --load-cpus overlap in CPU %s", list);
	return -EINVAL;
}

int placement_make(struct placement *placement, const cpu_set_t *allowed, int cpus, const char *sut,
	const char *load, char *error, size_t error_bytes)
{
	int n = CPU_COUNT(allowed);
	int rc = 0;

	if (cpus < 0 || cpus > n) {
		snprintf(error, error_bytes, "--cpus %d: there are %d here", cpus, n);
		return -EINVAL;
	}
	placement_first(&placement->alone, allowed, cpus == 0 ? n : cpus);
	n = CPU_COUNT(&placement->alone);
	/* one CPU has no room for both: load stays empty */
	placement_first(&placement->sut, &placement->alone, n > 1 ? n / 2 : n);
	if (sut != NULL) {
		rc = read_list("--sut-cpus", sut, allowed, &placement->sut, error, error_bytes);
		placement->alone = placement->sut;
	}
	if (rc == 0 && load != NULL)
		rc = read_list("--load-cpus", load, allowed, &placement->load, error, error_bytes);
	else if (rc == 0)
		without(&placement->load, sut != NULL ? allowed : &placement->alone,
			&placement->sut);
	if (rc == 0 && load != NULL && sut == NULL) {
		without(&placement->sut, &placement->alone, &placement->load);
		if (CPU_COUNT(&placement->sut) == 0) {
			snprintf(error, error_bytes,
				"--load-cpus %.60s leaves no CPU to measure on", load);
			rc = -EINVAL;
		}
	}
	if (rc == 0)
		rc = check_overlap(placement, error, error_bytes);
	placement_first(&placement->one, &placement->alone, 1);
	return rc;
}
