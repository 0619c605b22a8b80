/*
 * The digests of hash, against libcrypto's one-shot call.
 */
#include <openssl/sha.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/hash/hash.h"
#include "tests/suite.h"

enum { TASKS, OPERATIONS, BLOCK, BLOCK_BYTES = 1000, MANY = 400 };

static const struct model model = {.name = "test", .kind = MODEL_PER_TASK};
static const struct model pool = {.name = "test pool", .kind = MODEL_POOL};
static struct orders orders;
static struct slot slots[MANY];

static void set_up(void)
{
	memset(&orders, 0, sizeof(orders));
	orders.model = &model;
	orders.seed = 7;
	orders.tasks = MANY;
	orders.values[TASKS] = MANY;
	orders.values[OPERATIONS] = 3;
	orders.values[BLOCK] = BLOCK_BYTES;
	ck_assert_int_eq(arena_map(&orders.arena, hash_workload.arena_bytes(&orders) + 65536), 0);
	ck_assert_int_eq(hash_workload.prepare(&orders), 0);
	for (int i = 0; i < MANY; i++)
		slots[i] = (struct slot){.orders = &orders, .index = i};
}

static void tear_down(void)
{
	hash_workload.finish(&orders);
	arena_unmap(orders.arena);
}

static uint64_t expected(const struct hash_job *job)
{
	unsigned char block[BLOCK_BYTES] = {0};
	unsigned char digest[SHA256_DIGEST_LENGTH];
	const uint64_t numbers[] = {job->seed, job->task, (uint64_t)job->operation};
	uint64_t folded = 0;

	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 8; k++)
			block[8 * i + k] = (unsigned char)(numbers[i] >> (8 * k));
	memcpy(block + HASH_HEADER, job->body, BLOCK_BYTES - HASH_HEADER);
	SHA256(block, BLOCK_BYTES, digest);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
		folded ^= (uint64_t)digest[i] << (8 * (i % 8));
	return folded;
}

START_TEST(a_digest_is_the_one_of_header_and_body)
{
	struct hash_job job;

	ck_assert_int_eq(hash_job(&job, &slots[1]), 0);
	for (job.operation = 0; job.operation < 3;) {
		uint64_t folded = expected(&job);
		ck_assert_int_eq(hash_block(&job), 0); /* and on to the next */
		ck_assert_uint_eq(job.folded, folded);
	}
}
END_TEST

START_TEST(no_two_operations_have_the_same_digest)
{
	uint64_t seen[6];
	int count = 0;

	for (int i = 0; i < 2; i++) {
		struct hash_job job;
		ck_assert_int_eq(hash_job(&job, &slots[i]), 0);
		for (job.operation = 0; job.operation < 3;) {
			ck_assert_int_eq(hash_block(&job), 0);
			for (int k = 0; k < count; k++)
				ck_assert_uint_ne(seen[k], job.folded);
			seen[count++] = job.folded;
		}
	}
}
END_TEST

/* Minor faults of the calling process so far. */
static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

START_TEST(a_worker_has_its_own_pages_for_all_tasks_after_its_first)
{
	struct hash_job job;
	int status;

	orders.model = &pool;
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		int rc = hash_job(&job, &slots[0]);
		long before = faults();
		for (int i = 1; i < MANY && rc == 0; i++)
			rc = hash_job(&job, &slots[i]);
			/* their contexts fill some fifty pages; a sanitizer's shadow has pages of
			 * its own */
#ifdef __SANITIZE_ADDRESS__
		before = faults();
#endif
		_exit(rc != 0 ? 2 : faults() - before > 10);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_block_may_be_as_short_as_its_header)
{
	struct hash_job job;

	orders.values[BLOCK] = HASH_HEADER;
	ck_assert_int_eq(hash_job(&job, &slots[0]), 0);
	ck_assert_uint_eq(job.block_bytes, HASH_HEADER);
	ck_assert_int_eq(hash_block(&job), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/hash/hash");
	TCase *tests = tcase_create("hash");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_digest_is_the_one_of_header_and_body);
	tcase_add_test(tests, no_two_operations_have_the_same_digest);
	tcase_add_test(tests, a_worker_has_its_own_pages_for_all_tasks_after_its_first);
	tcase_add_test(tests, a_block_may_be_as_short_as_its_header);
	suite_add_tcase(suite, tests);
	return suite;
}
