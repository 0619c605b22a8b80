/*
 * The process tree of the SUT, as /proc shows it.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_TREE_H
#define CONCBENCH_HARNESS_MEASURE_TREE_H

#include <stdint.h>
#include <sys/types.h>

struct tree {
	pid_t *pids; /* root first */
	int count, room;
};

/*
 * Lists root and all its descendants, whichever thread forked them.
 *   Returns  0 or -ENOMEM. A process that ends meanwhile may be missing, with its children
 *            (they are then found below the nearest subreaper).
 *   Owner    tree_release frees it; an all-zero tree is valid and empty.
 */
int tree_list(struct tree *tree, pid_t root) __attribute__((warn_unused_result));
void tree_release(struct tree *tree);

/*
 * Kills (SIGKILL) every descendant of the caller but one, again until no live one shows up, since a
 * process may fork while it is being killed. The caller is a subreaper, so orphans are below it
 * too, and reaps the dead afterwards. spare    this child is left alone, 0: none
 */
void tree_kill(pid_t spare);

/*
 * Reads a file of /proc into a buffer, ended by '\0'.
 *   Returns  bytes read, or -errno.
 */
ssize_t proc_read(int folder, const char *path, char *buffer, size_t bytes);

/* /proc/PID as a directory descriptor: what is opened through it is that process or an error. */
int proc_open(pid_t pid);

/* The number behind a key such as "Pss:" at the start of a line; fallback if there is none. */
int64_t proc_field(const char *text, const char *key, int64_t fallback);

#endif
