/*
 * Libraries that only one workload or one command needs are loaded when that begins, never linked:
 * every mapping of this program is inherited by each child it forks, and would be charged to the
 * processes as their memory and the time of their fork.
 *
 * A table of calls names each once:
 *
 *	#define CALLS(X) X(EVP_Digest) X(EVP_sha256)
 *	static struct calls { CALLS(LIBRARY_CALL) } calls;
 *	#define SYMBOL(name) LIBRARY_SYMBOL(struct calls, name)
 *	static const struct library_symbol symbols[] = {CALLS(SYMBOL) {NULL, 0}};
 */
#ifndef CONCBENCH_HARNESS_LIBRARY_H
#define CONCBENCH_HARNESS_LIBRARY_H

#include <stddef.h>

/* A member that holds the address of the function of this name. */
#define LIBRARY_CALL(name) __typeof__(name) *name;

/* Its row in the table of what to look up. */
#define LIBRARY_SYMBOL(type, name) {#name, offsetof(type, name)},

struct library_symbol {
	const char *name; /* NULL ends the table */
	size_t offset;    /* of the member in `calls` */
};

/*
 * Loads a library for as long as the process lives and looks up its calls; loading it twice does no
 * harm. One thread at a time; a forked child has what its parent had loaded.
 *   file     as the dynamic linker knows it, "libpq.so.5"
 *   calls    the struct whose members are set
 *   error    of error_bytes, why not, in one line
 *   Returns  0, -ENOENT (no such library), -ENOSYS (it lacks a call).
 *   Source   dlopen(3)
 */
int library_load(const char *file, const struct library_symbol *symbols, void *calls, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

#endif
