/*
 * URLs: what is read of them, and what is refused with a reason.
 */
#include "harness/load/target.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/suite.h"

static struct target target;
static char error[300];

static const struct {
	const char *url, *host, *service, *authority, *path;
	bool http, tls;
} known[] = {
	{"http://localhost", "localhost", "80", "localhost", "/", true, false},
	{"http://a.b:8080/x?y=1#z", "a.b", "8080", "a.b:8080", "/x?y=1", true, false},
	{"http://a?q", "a", "80", "a", "/?q", true, false},
	{"https://[::1]:444/", "::1", "444", "[::1]:444", "/", true, true},
	{"https://[::1]", "::1", "443", "[::1]", "/", true, true},
	{"tcp://127.0.0.1:7", "127.0.0.1", "7", "127.0.0.1:7", "/", false, false},
	{"tls://h:7", "h", "7", "h:7", "/", false, true},
};

START_TEST(a_url_says_where_and_what)
{
	ck_assert_int_eq(target_parse(&target, known[_i].url, error, sizeof(error)), 0);
	ck_assert_str_eq(target.host, known[_i].host);
	ck_assert_str_eq(target.service, known[_i].service);
	ck_assert_str_eq(target.authority, known[_i].authority);
	ck_assert_str_eq(target.path, known[_i].path);
	ck_assert_int_eq(target.http, known[_i].http);
	ck_assert_int_eq(target.tls, known[_i].tls);
}
END_TEST

static const char *const wrong[] = {"", "localhost", "ftp://a", "http://", "http://:80", "tcp://a",
	"http://a:0", "http://a:70000", "http://a:8x", "http://a/b c", "http://[::1/",
	"tcp://a:1/path", "unix://relative", "http://a:8 0/"};

START_TEST(what_is_no_url_is_refused_with_a_reason)
{
	error[0] = '\0';
	ck_assert_msg(
		target_parse(&target, wrong[_i], error, sizeof(error)) == -EINVAL, "%s", wrong[_i]);
	ck_assert_str_ne(error, "");
	ck_assert_ptr_null(strchr(error, '\n'));
}
END_TEST

START_TEST(addresses_are_found_and_dialled)
{
	ck_assert_int_eq(target_parse(&target, "tcp://127.0.0.1:9", error, sizeof(error)), 0);
	ck_assert_int_eq(target_resolve(&target, error, sizeof(error)), 0);
	int fd = target_dial(&target); /* refused at once or later */
	ck_assert(fd >= 0 || fd == -ECONNREFUSED);
	if (fd >= 0)
		close(fd);
	target_close(&target);
	ck_assert_int_eq(target_parse(&target, "unix:///no/such", error, sizeof(error)), 0);
	ck_assert_int_eq(target_resolve(&target, error, sizeof(error)), 0);
	ck_assert_int_eq(target_dial(&target), -ENOENT);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("target");
	TCase *c = tcase_create("urls");

	tcase_add_loop_test(c, a_url_says_where_and_what, 0, sizeof(known) / sizeof(known[0]));
	tcase_add_loop_test(
		c, what_is_no_url_is_refused_with_a_reason, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(c, addresses_are_found_and_dialled);
	suite_add_tcase(s, c);
	return s;
}
