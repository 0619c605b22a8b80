#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/seal.h"
#include "tests/suite.h"

static const char line[] = "{\"a\":1,\"b\":\"x\"}\n";

/* Takes the seal of a line that ends in a newline; the rest is in text. */
static int take(char *text, uint64_t *chain)
{
	size_t bytes = strlen(text) - 1;
	int rc = seal_take(text, &bytes, chain);

	if (rc == 0)
		text[bytes] = '\0';
	return rc;
}

START_TEST(what_was_sealed_comes_back)
{
	uint64_t written = SEAL_START, read = SEAL_START;
	char *sealed = seal_line(line, &written);

	ck_assert_ptr_nonnull(sealed);
	ck_assert_ptr_nonnull(strstr(sealed, ",\"check\":\""));
	ck_assert_int_eq(sealed[strlen(sealed) - 1], '\n');
	ck_assert_int_eq(take(sealed, &read), 0);
	ck_assert_str_eq(sealed, "{\"a\":1,\"b\":\"x\"}");
	ck_assert_uint_eq(read, written);
	ck_assert_uint_ne(read, SEAL_START);
	free(sealed);
}
END_TEST

START_TEST(every_edited_byte_breaks_the_seal)
{
	uint64_t written = SEAL_START;
	char *sealed = seal_line(line, &written);
	size_t bytes = strlen(sealed) - 1;

	for (size_t i = 0; i < bytes; i++) {
		char *edited = strdup(sealed);
		uint64_t read = SEAL_START;
		edited[i] ^= 1;
		ck_assert_int_ne(take(edited, &read), 0);
		ck_assert_uint_eq(read, SEAL_START);
		free(edited);
	}
	free(sealed);
}
END_TEST

START_TEST(a_line_out_of_its_place_breaks_the_seal)
{
	uint64_t written = SEAL_START, read = SEAL_START;
	char *first = seal_line(line, &written);
	char *second = seal_line(line, &written);

	ck_assert_str_ne(first, second);
	ck_assert_int_eq(take(second, &read), -EBADMSG);
	ck_assert_int_eq(take(first, &read), 0);
	free(first);
	free(second);
	/* the same after the first */
	written = SEAL_START;
	free(seal_line(line, &written));
	second = seal_line(line, &written);
	ck_assert_int_eq(take(second, &read), 0);
	free(second);
}
END_TEST

START_TEST(a_line_without_a_seal_has_none)
{
	char plain[] = "{\"a\":1,\"b\":\"and it is long enough to have one\"}\n";
	char brief[] = "{}\n";
	uint64_t chain = SEAL_START;

	ck_assert_int_eq(take(plain, &chain), -EINVAL);
	ck_assert_int_eq(take(brief, &chain), -EINVAL);
	ck_assert_ptr_null(seal_line("\n", &chain));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("seal");
	TCase *c = tcase_create("seal");

	tcase_add_test(c, what_was_sealed_comes_back);
	tcase_add_test(c, every_edited_byte_breaks_the_seal);
	tcase_add_test(c, a_line_out_of_its_place_breaks_the_seal);
	tcase_add_test(c, a_line_without_a_seal_has_none);
	suite_add_tcase(s, c);
	return s;
}
