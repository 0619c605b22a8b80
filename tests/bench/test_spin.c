/*
 * The spin of the orders is what every thread and every process that may wait is made with.
 */
/* wrap: ring_make sync_line_make sync_semaphore_make sync_event_make */
/* wrap: thread_lock_make process_lock_make */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/cli/cli.h"
#include "models/processes/sync.h"
#include "models/ring.h"
#include "models/threads/sync.h"
#include "tests/invoke.h"
#include "tests/suite.h"

/* Shared with the invocation, which forks. */
static struct made {
	uint32_t expected_ns;
	_Atomic uint32_t as_expected, never, otherwise;
} * made;

static void note(uint32_t spin_ns)
{
	if (spin_ns == 0) /* lines that nobody expects to be short, such as a condition's */
		made->never++;
	else if (spin_ns == made->expected_ns)
		made->as_expected++;
	else
		made->otherwise++;
}

struct ring *__real_ring_make(
	void *memory, uint64_t cells, uint32_t workers, uint32_t spin_ns, enum park_scope scope);
struct ring *__wrap_ring_make(
	void *memory, uint64_t cells, uint32_t workers, uint32_t spin_ns, enum park_scope scope);

struct ring *__wrap_ring_make(
	void *memory, uint64_t cells, uint32_t workers, uint32_t spin_ns, enum park_scope scope)
{
	note(spin_ns);
	return __real_ring_make(memory, cells, workers, spin_ns, scope);
}

void __real_sync_line_make(struct sync_line *line, enum park_scope scope, uint32_t spin_ns);
void __wrap_sync_line_make(struct sync_line *line, enum park_scope scope, uint32_t spin_ns);

void __wrap_sync_line_make(struct sync_line *line, enum park_scope scope, uint32_t spin_ns)
{
	note(spin_ns);
	__real_sync_line_make(line, scope, spin_ns);
}

void __real_sync_semaphore_make(
	struct sync_semaphore *semaphore, uint32_t value, enum park_scope scope, uint32_t spin_ns);
void __wrap_sync_semaphore_make(
	struct sync_semaphore *semaphore, uint32_t value, enum park_scope scope, uint32_t spin_ns);

void __wrap_sync_semaphore_make(
	struct sync_semaphore *semaphore, uint32_t value, enum park_scope scope, uint32_t spin_ns)
{
	note(spin_ns);
	__real_sync_semaphore_make(semaphore, value, scope, spin_ns);
}

void __real_sync_event_make(struct sync_event *event, enum park_scope scope, uint32_t spin_ns);
void __wrap_sync_event_make(struct sync_event *event, enum park_scope scope, uint32_t spin_ns);

void __wrap_sync_event_make(struct sync_event *event, enum park_scope scope, uint32_t spin_ns)
{
	note(spin_ns);
	__real_sync_event_make(event, scope, spin_ns);
}

void __real_thread_lock_make(struct thread_lock *lock, uint32_t spin_ns);
void __wrap_thread_lock_make(struct thread_lock *lock, uint32_t spin_ns);

void __wrap_thread_lock_make(struct thread_lock *lock, uint32_t spin_ns)
{
	note(spin_ns);
	__real_thread_lock_make(lock, spin_ns);
}

int __real_process_lock_make(struct process_lock *lock, uint32_t spin_ns);
int __wrap_process_lock_make(struct process_lock *lock, uint32_t spin_ns);

int __wrap_process_lock_make(struct process_lock *lock, uint32_t spin_ns)
{
	note(spin_ns);
	return __real_process_lock_make(lock, spin_ns);
}

/* What was made with the spin that was asked for; a failed invocation or another spin fails. */
static uint32_t made_by(
	const struct workload *workload, const struct model *model, const char *spin, uint32_t ns)
{
	const char *extra[] = {spin, NULL};
	struct record record;

	memset(made, 0, sizeof(*made));
	made->expected_ns = ns;
	invoke(&record, exec_main, workload, model->name, extra);
	ck_assert_msg(record.status == STATUS_OK || record.status == STATUS_IMPOSSIBLE,
		"%s/%s %s: %s", workload->name, model->name, spin, record.reason);
	ck_assert_int_eq(record_param_value(&record, "spin", -1), ns);
	record_release(&record);
	ck_assert_msg(made->otherwise == 0, "%s/%s: %u were made with another spin than %s",
		workload->name, model->name, made->otherwise, spin);
	return made->as_expected;
}

START_TEST(the_spin_of_the_orders_is_that_of_all_that_is_waited_on)
{
	static const struct {
		const char *workload, *model;
		uint32_t least;
	} rows[] = {
		{"switch", "threads", 2},
		{"switch", "processes", 2},
		{"ring", "threads-gil", 2},
		{"ring", "processes", 2},
		{"wakeup", "threads", 3},
		{"wakeup", "processes", 3},
		{"queue", "threads", 2},
		{"queue", "process-pool", 4}, /* both lines, the lock and the pool's ring */
		{"lock", "threads", 1},
		{"lock", "processes", 1},
		{"forkjoin", "thread-pool", 5},
		{"forkjoin", "process-pool", 6},
		{"sort", "threads", 2},
		{"sort", "processes", 2},
		{"spawn", "thread-pool", 1},
		{"hash", "process-pool", 1},
	};

	made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(made, MAP_FAILED);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct workload *workload = workload_find(rows[i].workload);
		const struct model *model = model_find(rows[i].model);
		uint32_t count = made_by(workload, model, "spin=7us", 7000);
		ck_assert_msg(count >= rows[i].least, "%s/%s: %u instead of %u", rows[i].workload,
			rows[i].model, count, rows[i].least);
		ck_assert_uint_eq(made_by(workload, model, "spin=0", 0), 0);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/spin");
	TCase *tests = tcase_create("spin");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_spin_of_the_orders_is_that_of_all_that_is_waited_on);
	suite_add_tcase(suite, tests);
	return suite;
}
