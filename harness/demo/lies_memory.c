/*
 * Lies about memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/demo/lies.h"
#include "harness/measure/memory.h"
#include "harness/measure/tree.h"

enum { KIB = 1024, MIB = 1024 * 1024, CHILDREN_MAX = 8 };

static int64_t resident_bytes(pid_t pid)
{
	char text[4096];
	int64_t bytes = 0;
	int folder = proc_open(pid);

	if (folder >= 0 && proc_read(folder, "status", text, sizeof(text)) > 0)
		bytes = proc_field(text, "VmRSS:", 0) * KIB;
	if (folder >= 0)
		close(folder);
	return bytes;
}

/* A process that holds what it inherited until it is ended. */
static pid_t fork_sharer(pid_t parent)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

/* Both readings of the parent and its children, one after the other; nobody writes meanwhile. */
static int read_both(const pid_t *children, int count, int64_t *resident, int64_t *proportional)
{
	*resident = resident_bytes(getpid());
	for (int i = 0; i < count; i++)
		*resident += resident_bytes(children[i]);
	*proportional = memory_pss(getpid());
	return *proportional < 0 ? (int)*proportional : 0;
}

int lie_rss(struct demo_result *result, const struct demo_setting *setting)
{
	int count = setting->smoke ? 4 : CHILDREN_MAX;
	size_t bytes = (size_t)(setting->smoke ? 16 : 64) * MIB;
	pid_t children[CHILDREN_MAX];
	int64_t resident = 0, proportional = 0;
	int made = 0, rc = 0;
	char *held = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (held == MAP_FAILED)
		return -errno;
	memset(held, 1, bytes);
	while (rc == 0 && made < count) {
		children[made] = fork_sharer(getpid());
		if (children[made] < 0)
			rc = -errno;
		else
			made++;
	}
	if (rc == 0)
		rc = read_both(children, made, &resident, &proportional);
	for (int i = 0; i < made; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	munmap(held, bytes);
	if (rc != 0)
		return rc;
	demo_add(result, DEMO_WRONG, (double)resident, UNIT_BYTES,
		"resident set sizes, summed over a parent and the %d children it forked", count);
	demo_add(result, DEMO_RIGHT, (double)proportional, UNIT_BYTES,
		"proportional set sizes of the same processes; the parent wrote %zu MiB, the "
		"children nothing",
		bytes / MIB);
	demo_expect(result, "wrong / right", (double)resident / (double)proportional,
		0.6 * (count + 1), 1.2 * (count + 1),
		"all pages count once for the parent and once for each child");
	return 0;
}
