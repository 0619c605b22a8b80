/*
 * A guest that is a shell script, in a folder of its own; every way to misbehave is one line of it.
 */
#ifndef CONCBENCH_TESTS_HARNESS_GUEST_SCRIPTED_H
#define CONCBENCH_TESTS_HARNESS_GUEST_SCRIPTED_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char guest_program[] = "/tmp/concbench-guest-XXXXXX";

/* The script's arguments are those of a guest. */
static inline void guest_write(const char *script)
{
	snprintf(guest_program, sizeof(guest_program), "/tmp/concbench-guest-XXXXXX");
	int fd = mkstemp(guest_program);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(dprintf(fd, "#!/bin/sh\n%s\n", script), 0);
	ck_assert_int_eq(fchmod(fd, 0700), 0);
	close(fd);
}

static inline void guest_remove(void)
{
	unlink(guest_program);
}

#endif
