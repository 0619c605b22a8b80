/*
 * Our statistics against R's, to 1e-9: binomial tails, intervals by order statistics, Holm,
 * Clopper-Pearson, the rank-sum test, and BCa worked out in R on the same resamples. R reads what
 * we computed as expressions and says which ones it disagrees with.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run/random.h"
#include "harness/stats/binomial.h"
#include "harness/stats/bootstrap.h"
#include "harness/stats/holm.h"
#include "harness/stats/interval.h"
#include "harness/stats/rank.h"
#include "tests/suite.h"

static char path[64];
static FILE *script;

static void set_up(void)
{
	strcpy(path, "/tmp/concbench-r-XXXXXX");
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	script = fdopen(fd, "w");
	ck_assert_ptr_nonnull(script);
	/* small tails are compared by their ratio */
	fputs("n <- 0\nsame <- function(what, ours, theirs) { n <<- n + 1\n"
	      "  if (!isTRUE(abs(ours - theirs) <= 1e-9 * max(abs(theirs), 1e-300) || "
	      "abs(ours - theirs) <= 1e-15)) cat('differs:', what, ours, theirs, '\\n') }\n",
		script);
}

/* Has R judge; nothing may differ. */
static void judge(int least)
{
	char command[200], said[4096] = "";

	fprintf(script, "cat('compared', n, '\\n')\n");
	fclose(script);
	snprintf(command, sizeof(command), "Rscript --vanilla %s 2>&1", path);
	FILE *out = popen(command, "r");
	ck_assert_ptr_nonnull(out);
	size_t got = fread(said, 1, sizeof(said) - 1, out);
	ck_assert_uint_gt(got, 0);
	pclose(out);
	unlink(path);
	ck_assert_msg(strstr(said, "differs") == NULL, "%.2000s", said);
	const char *compared = strstr(said, "compared ");
	ck_assert_msg(compared != NULL && atoi(compared + 9) >= least, "%.2000s", said);
}

static int without_r(void)
{
	if (system("command -v Rscript >/dev/null 2>&1") == 0)
		return 0;
	puts("skipped: R is not installed (Debian: apt-get install r-base-core)");
	fclose(script);
	unlink(path);
	return 1;
}

static void list(const char *name, const double *values, int n)
{
	fprintf(script, "%s <- c(", name);
	for (int i = 0; i < n; i++)
		fprintf(script, "%s%.17g", i > 0 ? "," : "", values[i]);
	fputs(")\n", script);
}

START_TEST(binomial_tails_are_pbinom)
{
	static const double shares[] = {0.5, 0.01, 0.3, 0.97};

	if (without_r())
		return;
	for (int n = 1; n <= 400; n = n * 3 + 1)
		for (int k = 0; k <= n; k += 1 + n / 7)
			for (int i = 0; i < 4; i++) {
				double p = shares[i];
				fprintf(script,
					"same('at most %d of %d', %.17g, pbinom(%d, %d, %.17g))\n",
					k, n, binomial_at_most(k, n, p), k, n, p);
				fprintf(script,
					"same('at least %d of %d', %.17g, pbinom(%d, %d, %.17g, "
					"lower.tail = FALSE))\n",
					k, n, binomial_at_least(k, n, p), k - 1, n, p);
			}
	judge(200);
}
END_TEST

START_TEST(clopper_pearson_is_qbeta)
{
	static const double confidences[] = {0.9, 0.95, 0.99};

	if (without_r())
		return;
	for (int n = 1; n <= 500; n = n * 3 + 2)
		for (int k = 0; k <= n; k += 1 + n / 6)
			for (int i = 0; i < 3; i++) {
				double c = confidences[i];
				fprintf(script,
					"same('upper %d of %d', %.17g, if (%d == %d) 1 else "
					"qbeta(%.17g, %d + 1, %d))\n",
					k, n, binomial_upper_bound(k, n, c), k, n, c, k, n - k);
				fprintf(script,
					"same('lower %d of %d', %.17g, if (%d == 0) 0 else "
					"qbeta(1 - %.17g, %d, %d + 1))\n",
					k, n, binomial_lower_bound(k, n, c), k, c, k, n - k);
			}
	judge(100);
}
END_TEST

START_TEST(holm_is_p_adjust)
{
	double p[20], adjusted[20];
	uint64_t state = 7;

	if (without_r())
		return;
	for (int n = 1; n <= 20; n += 3) {
		for (int i = 0; i < n; i++)
			p[i] = pow((double)(random_next(&state) >> 11) * 0x1p-53, 4);
		ck_assert_int_eq(holm_adjust(p, n, adjusted), 0);
		list("p", p, n);
		list("a", adjusted, n);
		fputs("h <- p.adjust(p, 'holm')\nfor (i in seq_along(p)) same('holm', a[i], "
		      "h[i])\n",
			script);
	}
	judge(60);
}
END_TEST

START_TEST(intervals_are_those_of_qbinom)
{
	double values[60];
	uint64_t state = 3;

	if (without_r())
		return;
	for (int n = 6; n <= 60; n += 6) {
		for (int i = 0; i < n; i++)
			values[i] = (double)(random_next(&state) >> 11) * 0x1p-53;
		struct interval interval = interval_median(values, n, 0.95);
		list("v", values, n);
		/* the largest r with 1 - 2 P(X < r) >= 0.95 */
		fprintf(script,
			"v <- sort(v); size <- length(v); r <- 1\n"
			"while (1 - 2 * pbinom(r, size, 0.5) >= 0.95) r <- r + 1\n"
			"same('low', %.17g, v[r]); same('high', %.17g, v[size + 1 - r])\n"
			"same('middle', %.17g, median(v))\n"
			"same('coverage', %.17g, 1 - 2 * pbinom(r - 1, size, 0.5))\n",
			interval.low, interval.high, interval.middle, interval.coverage);
	}
	judge(40);
}
END_TEST

START_TEST(the_rank_sum_test_is_wilcox_test)
{
	double a[24], b[24];
	uint64_t state = 11;

	if (without_r())
		return;
	for (int round = 0; round < 20; round++) {
		int n = 3 + round, m = 4 + (round * 7) % 21;
		for (int i = 0; i < n; i++)
			a[i] = (double)random_below(&state, round % 2 == 0 ? 1u << 30 : 9);
		for (int i = 0; i < m; i++)
			b[i] = (double)random_below(&state, round % 2 == 0 ? 1u << 30 : 9);
		list("a", a, n);
		list("b", b, m);
		fprintf(script,
			"same('rank sum', %.17g, suppressWarnings(wilcox.test(a, b))$p.value)\n",
			rank_sum_test(a, n, b, m));
	}
	judge(20);
}
END_TEST

START_TEST(bca_is_what_r_works_out_on_the_same_resamples)
{
	enum { N = 15, RESAMPLES = 199 };
	double values[N];
	int picks[N * RESAMPLES];
	uint64_t state = 5;

	if (without_r())
		return;
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < N; i++)
			values[i] = pow((double)(random_next(&state) >> 11) * 0x1p-53, 2);
		for (int i = 0; i < N * RESAMPLES; i++)
			picks[i] = (int)random_below(&state, N);
		struct interval interval = bootstrap_from(values, N, picks, RESAMPLES, 0.95);
		list("v", values, N);
		fputs("k <- c(", script);
		for (int i = 0; i < N * RESAMPLES; i++)
			fprintf(script, "%s%d", i > 0 ? "," : "", picks[i] + 1);
		fprintf(script,
			")\nt <- apply(matrix(k, nrow = %d, byrow = TRUE), 1, function(i) "
			"median(v[i]))\nm <- median(v)\n"
			"z0 <- qnorm(mean(t < m) + mean(t == m) / 2)\n"
			"j <- sapply(seq_along(v), function(i) median(v[-i]))\n"
			"d <- mean(j) - j; a <- sum(d^3) / (6 * sum(d^2)^1.5)\n"
			"q <- function(p) { z <- z0 + qnorm(p); unname(quantile(t, pnorm(z0 + z / "
			"(1 - a * z)), type = 6)) }\n"
			"same('bca low', %.17g, q(0.025)); same('bca high', %.17g, q(0.975))\n",
			RESAMPLES, interval.low, interval.high);
	}
	judge(10);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stats/r");
	TCase *r = tcase_create("r");

	tcase_set_timeout(r, 120);
	tcase_add_checked_fixture(r, set_up, NULL);
	tcase_add_test(r, binomial_tails_are_pbinom);
	tcase_add_test(r, clopper_pearson_is_qbeta);
	tcase_add_test(r, holm_is_p_adjust);
	tcase_add_test(r, intervals_are_those_of_qbinom);
	tcase_add_test(r, the_rank_sum_test_is_wilcox_test);
	tcase_add_test(r, bca_is_what_r_works_out_on_the_same_resamples);
	suite_add_tcase(suite, r);
	return suite;
}
