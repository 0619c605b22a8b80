#include "harness/measure/injection.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/params.h"

const char *const injection_names[INJECTIONS + 1] = {
	"nothing", "cpu", "syscall", "page", "stall", NULL};

int injection_parse(struct injection *injection, const char *text)
{
	const char *equals = strchr(text, '=');
	int64_t count = 0;
	int rc = -EINVAL;

	for (int i = INJECT_CPU; i < INJECTIONS && equals != NULL; i++)
		if (strlen(injection_names[i]) == (size_t)(equals - text) &&
			strncmp(text, injection_names[i], (size_t)(equals - text)) == 0)
			injection->kind = (enum injection_kind)i;
	if (equals == NULL || injection->kind == INJECT_NOTHING)
		return -EINVAL;
	if (injection->kind == INJECT_CPU || injection->kind == INJECT_STALL)
		return duration_parse(equals + 1, &injection->amount);
	rc = count_parse(equals + 1, &count);
	if (rc == 0 && count < 0)
		rc = -EINVAL;
	injection->amount = (uint64_t)count;
	return rc;
}

static void compute(uint64_t ns)
{
	uint64_t start_ns = clock_now_ns();

	while (clock_now_ns() - start_ns < ns)
		;
}

/* Returns whether the page was really there. */
static uint64_t touch_page(void)
{
	size_t bytes = 4096;
	volatile char *page =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return 0;
	*page = 1;
	munmap((void *)page, bytes);
	return 1;
}

uint64_t injection_do(const struct injection *injection, uint64_t chunk)
{
	struct timespec pause = {.tv_sec = (time_t)(injection->amount / 1000000000u),
		.tv_nsec = (long)(injection->amount % 1000000000u)};
	uint64_t done = 0;

	switch (injection->kind) {
	case INJECT_CPU:
		compute(injection->amount);
		return 1;
	case INJECT_SYSCALL:
		for (; done < injection->amount; done++)
			syscall(SYS_getppid);
		return done;
	case INJECT_PAGE:
		for (uint64_t i = 0; i < injection->amount; i++)
			done += touch_page();
		return done;
	case INJECT_STALL:
		if (chunk % STALL_CHUNKS != STALL_CHUNKS - 1)
			return 0;
		return clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) == 0;
	default:
		return 0;
	}
}
