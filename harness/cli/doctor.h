/*
 * The checks of concbench doctor. Each looks at one thing and fills in one finding: what it saw,
 * with its number, and what to do about it.
 */
#ifndef CONCBENCH_HARNESS_CLI_DOCTOR_H
#define CONCBENCH_HARNESS_CLI_DOCTOR_H

#include <stddef.h>
#include <stdint.h>

enum level {
	LEVEL_OK,
	LEVEL_NOTE, /* a figure is left out or got in another way; none becomes wrong */
	LEVEL_BAD   /* spoils a measurement */
};

enum { FINDING_TEXT_MAX = 240 };

struct finding {
	enum level level;
	char text[FINDING_TEXT_MAX];
	char fix[FINDING_TEXT_MAX]; /* "" where there is none to give */
};

/* What a check is told. */
struct doctor {
	const char *root; /* put before /proc and /sys; "" on the machine itself */
};

typedef void check_fn(const struct doctor *doctor, struct finding *finding);

struct check {
	const char *name;
	int needs_machine; /* asks the kernel itself: skipped for another root */
	check_fn *look;
};

/* The checks that read files and limits, and those that ask the kernel; each ended by a NULL name.
 */
extern const struct check doctor_file_checks[];
extern const struct check doctor_kernel_checks[];

void finding_say(struct finding *finding, enum level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void finding_fix(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A small file's text without its last newline.
 *   path     below the doctor's root
 *   Returns  0 or -errno.
 */
int doctor_read(const struct doctor *doctor, const char *path, char *text, size_t bytes);

/* The whole number a file begins with; fallback when there is no such file or number. */
int64_t doctor_number(const struct doctor *doctor, const char *path, int64_t fallback);

#endif
