/*
 * Stack use on request.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/stack_touch.h"
#include "tests/suite.h"

enum { STACK_BYTES = 256 << 10, TOUCH_BYTES = 100 << 10 };

static void *touch(void *arg)
{
	stack_touch(*(size_t *)arg);
	return NULL;
}

/* Pages of the stack of a thread that touched that much of it. */
static size_t resident_pages(size_t touch_bytes)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char pages[STACK_BYTES / 4096];
	size_t resident = 0;
	pthread_attr_t attributes;
	pthread_t thread;
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	ck_assert_ptr_ne(stack, MAP_FAILED);
	madvise(stack, STACK_BYTES, MADV_NOHUGEPAGE);
	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, STACK_BYTES), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, touch, &touch_bytes), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(mincore(stack, STACK_BYTES, pages), 0);
	for (size_t i = 0; i < STACK_BYTES / page; i++)
		resident += pages[i] & 1;
	munmap(stack, STACK_BYTES);
	pthread_attr_destroy(&attributes);
	return resident;
}

START_TEST(touched_stack_stays_resident)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t untouched = resident_pages(0);

	ck_assert_uint_ge(resident_pages(TOUCH_BYTES), untouched + TOUCH_BYTES / page - 1);
	ck_assert_uint_le(resident_pages(TOUCH_BYTES), untouched + TOUCH_BYTES / page + 3);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/stack_touch");
	TCase *tests = tcase_create("stack_touch");

	tcase_add_test(tests, touched_stack_stays_resident);
	suite_add_tcase(suite, tests);
	return suite;
}
