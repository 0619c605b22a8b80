/*
 * Lies of the stretch that is timed, and of what is done in it. Both take CPU time, not wall time,
 * so that what else runs does not matter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "harness/demo/lies.h"
#include "harness/report/ledger.h"
#include "harness/stats/order.h"

enum { MIB = 1024 * 1024, PASSES = 9 };

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/*
 * Writes into each page, reads nothing before; volatile, so that the compiler leaves it in. A
 * sanitizer's shadow of it would be pages too, and their faults are not the subject.
 */
__attribute__((no_sanitize("address", "thread", "undefined"))) static double touch_ns(
	volatile char *buffer, size_t bytes, size_t page)
{
	double start_ns = cpu_ns();

	for (size_t at = 0; at < bytes; at += page)
		buffer[at] = 1;
	return (cpu_ns() - start_ns) * (double)page / (double)bytes;
}

int lie_cold_start(struct demo_result *result, const struct demo_setting *setting)
{
	size_t bytes = (size_t)(setting->smoke ? 4 : 64) * MIB;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	double warm_ns[PASSES];
	char *buffer =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (buffer == MAP_FAILED)
		return -errno;
	madvise(buffer, bytes, MADV_NOHUGEPAGE); /* fails where there are none: as well */
	long before = minor_faults();
	double cold_ns = touch_ns(buffer, bytes, page);
	double faults = (double)(minor_faults() - before) * (double)page / (double)bytes;
	before = minor_faults();
	for (int i = 0; i < PASSES; i++)
		warm_ns[i] = touch_ns(buffer, bytes, page);
	long later = minor_faults() - before;
	munmap(buffer, bytes);
	double right_ns = order_median_of(warm_ns, PASSES);
	demo_add(result, DEMO_WRONG, cold_ns, UNIT_DURATION,
		"to write a word of a page, over %zu MiB: the first pass, %.2f page faults a page",
		bytes / MIB, faults);
	demo_add(result, DEMO_RIGHT, right_ns, UNIT_DURATION,
		"the same in the passes after it, the median of %d; %ld page faults in all", PASSES,
		later);
	demo_expect(result, "page faults for a page of the first pass", faults, 0.95, 1.1,
		"the kernel makes each page when it is first written");
	demo_expect(result, "wrong - right in ns", cold_ns - right_ns, 50, 20000,
		"a fault enters the kernel and clears 4 KiB");
	demo_expect(result, "wrong / right", cold_ns / right_ns, 3, 10000,
		"a write into a page that is there costs a few ns");
	return 0;
}

enum { BLOCK = 4096 };

/* A digest of a block (FNV-1a), as much work as its bytes. */
static uint64_t digest(const unsigned char *block)
{
	uint64_t sum = 0xcbf29ce484222325u;

	for (int i = 0; i < BLOCK; i++)
		sum = (sum ^ block[i]) * 0x100000001b3u;
	return sum;
}

/* Digests every step-th block and says it was all of them; CPU time of what it says. */
static double digest_ns(const unsigned char *block, int blocks, int step, struct record_work *work)
{
	double start_ns = cpu_ns();
	uint64_t sum = 0;

	for (int i = 0; i < blocks; i += step)
		sum += digest(block);
	double took_ns = cpu_ns() - start_ns;
	*work = (struct record_work){
		.rounds = 1, .tasks = 1, .operations = (uint64_t)blocks, .checksum = sum};
	return took_ns / blocks;
}

int lie_unequal_work(struct demo_result *result, const struct demo_setting *setting)
{
	int blocks = setting->smoke ? 200 : 4000;
	unsigned char block[BLOCK];
	double honest_ns[PASSES], lazy_ns[PASSES];
	struct record honest = {0}, lazy = {0};

	memset(block, 7, sizeof(block));
	for (int i = 0; i < PASSES; i++) {
		honest_ns[i] = digest_ns(block, blocks, 1, &honest.work);
		lazy_ns[i] = digest_ns(block, blocks, 2, &lazy.work);
	}
	double right_ns = order_median_of(honest_ns, PASSES);
	double wrong_ns = order_median_of(lazy_ns, PASSES);
	const char *difference = ledger_difference(&honest, &lazy);
	demo_add(result, DEMO_WRONG, wrong_ns, UNIT_DURATION,
		"a block of 4 KiB, as the second program counts: it skips every other one");
	demo_add(result, DEMO_RIGHT, right_ns, UNIT_DURATION,
		"a block, in the first program, which digests them all; the ledger %s%s",
		difference != NULL ? "refuses the second for its " : "has seen no difference",
		difference != NULL ? difference : "");
	demo_expect(result, "wrong / right", wrong_ns / right_ns, 0.4, 0.65,
		"half the work in half the time");
	demo_expect(result, "cheaters caught by the checksum",
		difference != NULL && strcmp(difference, "checksum") == 0, 1, 1,
		"equal work has an equal sum");
	return 0;
}
