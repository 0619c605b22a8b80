/*
 * find capacity over a load made of a formula: what is offered is enough for a p99, and a lag of
 * the load's own that hides the p99 does not hide that it is within the bound.
 */
/* wrap: drive_run */
#include "harness/cli/find_capacity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/load/drive.h"
#include "tests/suite.h"

enum { MS = 1000000 };

static uint64_t capacity, generators /* its own, above which it is saturated */, least_requests;
static uint64_t lag_ns;

int __wrap_drive_run(struct drive *drive, const struct drive_settings *settings);

/* 1 ms up to its capacity, 20 ms above; as many replies as were intended. */
int __wrap_drive_run(struct drive *drive, const struct drive_settings *settings)
{
	uint64_t requests =
		(uint64_t)((double)settings->rate_per_s * (double)settings->duration_ns / 1e9);
	uint64_t latency_ns = settings->rate_per_s <= capacity ? MS : 20 * MS;

	memset(drive, 0, sizeof(*drive));
	drive->open = true;
	drive->corrected.histogram.counts[histogram_bucket(latency_ns)] = requests;
	drive->corrected.max_ns = latency_ns;
	drive->lag.histogram.counts[histogram_bucket(lag_ns)] = requests;
	drive->lag.max_ns = lag_ns;
	if (generators > 0 && settings->rate_per_s > generators)
		strcpy(drive->fault, "generator saturated: busy 75 % of the time");
	if (requests < least_requests)
		least_requests = requests;
	return 0;
}

/* Returns  the exit status; what it printed is in `output`. */
static int find(uint64_t of, char *output, size_t bytes)
{
	char *words[] = {"capacity", "http://127.0.0.1:1/", NULL};
	FILE *file = tmpfile();
	int kept = dup(STDOUT_FILENO);

	capacity = of;
	least_requests = UINT64_MAX;
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	int status = find_capacity(2, words);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	rewind(file);
	output[fread(output, 1, bytes - 1, file)] = '\0';
	fclose(file);
	return status;
}

/* What the last line says, per second. */
static double found(const char *output)
{
	const char *line = strstr(output, "\ncapacity: ");
	char *rest;

	ck_assert_msg(line != NULL, "%s", output);
	double value = strtod(line + strcspn(line, "0123456789"), &rest);
	return *rest == 'k' ? value * 1e3 : value;
}

static char output[1 << 14];
static const uint64_t capacities[] = {30, 700, 50000};

START_TEST(whatever_the_rate_there_are_enough_requests_for_a_p99)
{
	uint64_t of = capacities[_i];

	lag_ns = 0;
	ck_assert_msg(find(of, output, sizeof(output)) == 0, "%s", output);
	ck_assert_uint_ge(least_requests, 1000);
	ck_assert_double_gt(found(output), 0.9 * (double)of);
	ck_assert_double_le(found(output), 1.01 * (double)of);
	ck_assert_ptr_null(strstr(output, "n/a"));
}
END_TEST

START_TEST(a_lag_that_hides_the_p99_leaves_an_upper_bound_of_it)
{
	lag_ns = MS / 2;
	ck_assert_msg(find(50000, output, sizeof(output)) == 0, "%s", output);
	ck_assert_double_gt(found(output), 45000);
	ck_assert_ptr_nonnull(strstr(output, "at most that: the load's own lag is 5"));
}
END_TEST

START_TEST(what_only_the_load_could_not_is_no_capacity_of_the_server)
{
	static const char own[] = ", the most that the load itself could offer\n";

	lag_ns = 0;
	generators = 20000;
	ck_assert_int_eq(find(50000, output, sizeof(output)), 0);
	ck_assert_msg(strstr(output, "capacity: at least ") != NULL, "%s", output);
	ck_assert_msg(strstr(output, own) != NULL, "%s", output);
	ck_assert_double_le(found(output), 20200);
	generators = 0;
	ck_assert_int_eq(find(50000, output, sizeof(output)), 0);
	ck_assert_ptr_null(strstr(output, own));
	ck_assert_ptr_null(strstr(output, "at least"));
}
END_TEST

START_TEST(a_server_that_never_holds_is_told_so)
{
	lag_ns = 0;
	ck_assert_int_eq(find(0, output, sizeof(output)), 1);
	ck_assert_ptr_nonnull(strstr(output, "no rate of 10/s or more holds\n"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("find capacity");
	TCase *c = tcase_create("capacity");

	tcase_add_loop_test(c, whatever_the_rate_there_are_enough_requests_for_a_p99, 0, 3);
	tcase_add_test(c, a_lag_that_hides_the_p99_leaves_an_upper_bound_of_it);
	tcase_add_test(c, what_only_the_load_could_not_is_no_capacity_of_the_server);
	tcase_add_test(c, a_server_that_never_holds_is_told_so);
	suite_add_tcase(s, c);
	return s;
}
