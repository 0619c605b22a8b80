/*
 * The two sides as executables under paths of equal length: where the stack begins depends on the
 * length of a program's path and moves results by several per cent.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_OPERAND_H
#define CONCBENCH_HARNESS_COMPARE_OPERAND_H

#include <limits.h>
#include <stddef.h>

#include "harness/compare/compare.h"

/* Versions of the invocation interface that can be spoken with; the second fixes chunks, too. */
enum { INTERFACE_OLDEST = 1, INTERFACE_CHUNKS = 2, INTERFACE_NEWEST = 2 };

struct operands {
	char folder[64]; /* temporary; "" = none */
	char programs[ARMS][PATH_MAX];
	char trees[ARMS][96];   /* where a revision was built; "" = it was not */
	int interface;          /* the older one of both sides */
	char flags[ARMS][1024]; /* what they were built with, as they say themselves */
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

/*
 * Brings a revision of any repository in place and builds it.
 *   operand  git:REVISION of the repository here, or NULL: the working tree as it is, without files
 *            that git does not know
 *   build    for sh -c, in the tree
 *   Returns  as operand_take; trees[arm] is the folder to run it in.
 */
int operand_build(struct operands *operands, enum arm arm, const char *operand, const char *build,
	char *error, size_t error_bytes) __attribute__((warn_unused_result));

/*
 * Links one side anew in an order of functions that follows from the seed (ld.lld); programs[arm]
 * is the result. A side that was not built here is built from the working tree first. Returns  0;
 * -ENOTSUP without lld; other -errno: could not be built.
 */
int operand_shuffle(struct operands *operands, enum arm arm, unsigned seed, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

/* Removes the folder. */
void operands_close(struct operands *operands);

#endif
