/*
 * The two sides as executables under paths of equal length: where the stack begins depends on the
 * length of a program's path and moves results by several per cent.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_OPERAND_H
#define CONCBENCH_HARNESS_COMPARE_OPERAND_H

#include <limits.h>
#include <stddef.h>

#include "harness/compare/compare.h"

struct operands {
	char folder[64]; /* temporary; "" = none */
	char programs[ARMS][PATH_MAX];
};

enum { OPERAND_ERROR_MAX = 600 };

/*
 * Makes the folder.  Returns  0 or -errno.   Owner: operands_close, also after an error.
 */
int operands_open(struct operands *operands) __attribute__((warn_unused_result));

/*
 * Brings one side in place.
 *   operand  an executable, a folder that holds one named concbench (also in build/release/), or
 *            git:REVISION of the repository here, which is built in a tree of its own
 *   error    one line, on failure
 *   Returns  0; -EINVAL wrong use; other -errno: could not be built, copied or is not concbench.
 */
int operand_take(struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

/* Removes the folder. */
void operands_close(struct operands *operands);

#endif
