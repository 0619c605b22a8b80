/*
 * First touches: what was asked for is resident, and nothing changed by it.
 */
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/measure/touch.h"
#include "tests/suite.h"

enum { PAGE = 4096, PAGES = 16, DEPTH = 32 << 10, STACK = 256 << 10 };

static int resident_pages(const void *from, size_t bytes)
{
	unsigned char pages[STACK / PAGE] = {0};
	uintptr_t start = (uintptr_t)from / PAGE * PAGE;
	int resident = 0;

	if (mincore((void *)start, bytes, pages) != 0)
		return -1;
	for (size_t i = 0; i < bytes / PAGE; i++)
		resident += pages[i] & 1;
	return resident;
}

static void *touch_thread(void *arg)
{
	int *resident = arg;

	touch_stack(DEPTH);
	pthread_attr_t attributes;
	void *stack;
	size_t bytes;
	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstack(&attributes, &stack, &bytes);
	pthread_attr_destroy(&attributes);
	*resident = resident_pages(stack, bytes < STACK ? bytes : STACK);
	return NULL;
}

START_TEST(a_stack_is_resident_to_the_depth_asked_for)
{
	static char *stack;
	pthread_attr_t attributes;
	pthread_t thread;
	int resident = -1;

	stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(stack, MAP_FAILED);
	madvise(stack, STACK, MADV_NOHUGEPAGE);
	pthread_attr_init(&attributes);
	ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, STACK), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, touch_thread, &resident), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	munmap(stack, STACK);
	ck_assert_int_ge(resident, DEPTH / PAGE);
	ck_assert_int_lt(resident, STACK / PAGE / 2);
}
END_TEST

START_TEST(every_page_of_a_range_is_resident_and_unchanged)
{
	char *pages = mmap(
		NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	madvise(pages, PAGES * PAGE, MADV_NOHUGEPAGE);
	pages[PAGE + 100] = 'x';
	ck_assert_int_eq(resident_pages(pages, PAGES * PAGE), 1);
	/* from the middle of a page to the first byte of another */
	touch_pages(pages + PAGE + 100, 3 * PAGE - 99);
	ck_assert_int_eq(pages[PAGE + 100], 'x');
	ck_assert_int_eq(resident_pages(pages, PAGES * PAGE), 4);
	touch_pages(pages, 0);
	ck_assert_int_eq(resident_pages(pages, PAGES * PAGE), 4);
	munmap(pages, PAGES * PAGE);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/measure/touch");
	TCase *cases = tcase_create("touch");

	tcase_add_test(cases, a_stack_is_resident_to_the_depth_asked_for);
	tcase_add_test(cases, every_page_of_a_range_is_resident_and_unchanged);
	suite_add_tcase(suite, cases);
	return suite;
}
