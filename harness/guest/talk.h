/*
 * A program that is spoken with in lines: orders go to its stdin, answers come from its stdout.
 *
 * The program is a stranger. It may die, hang, say too much or nothing, and leave children: each
 * call ends all the same, and says what happened in words for a table's footnote.
 */
#ifndef CONCBENCH_HARNESS_GUEST_TALK_H
#define CONCBENCH_HARNESS_GUEST_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	TALK_LINE_MAX = 256 << 10, /* bytes of one line; a whole histogram in decimal fits */
	TALK_REASON_MAX = 200
};

struct talk {
	pid_t pid;                  /* 0: not running */
	int to, from;               /* pipes; -1: closed */
	char *buffer;               /* [TALK_LINE_MAX] */
	size_t filled, taken;       /* bytes read, and of them handed out as lines */
	bool (*give_up)(void *arg); /* asked while waiting; NULL: never */
	void *give_up_arg;
	char reason[TALK_REASON_MAX]; /* of the last error */
};

/*
 * Starts a program with pipes on stdin and stdout; its stderr is the caller's.
 *   argv     ended by NULL; argv[0] is executed as a path
 *   Returns  0 or -errno (also when it could not be executed), with the reason set.
 *   Owner    talk_end, also after an error.   Threads: one at a time.
 */
int talk_start(struct talk *talk, const char *const *argv) __attribute__((warn_unused_result));

/*
 * Says one line; the newline is added.
 *   Returns  0, -EPIPE when the program no longer listens.
 */
int talk_say(struct talk *talk, const char *line) __attribute__((warn_unused_result));

/* True when it has said something that was not heard yet. */
bool talk_pending(const struct talk *talk);

/*
 * The next line without its newline, with '?' in place of control characters; valid until the next
 * call. What a program said before it ended is heard, though its children may hold the pipe open.
 *   timeout_ns  0: waits as long as nobody gives up
 *   Returns  0; -EPIPE the program ended, -EMSGSIZE no end of line within TALK_LINE_MAX, -ECANCELED
 *            given up, -ETIMEDOUT; each with the reason set.
 */
int talk_hear(struct talk *talk, uint64_t timeout_ns, char **line)
	__attribute__((warn_unused_result));

/*
 * Closes the pipes, waits for the program's end, and kills it after grace_ns.
 *   Returns  0; -ETIMEDOUT it had to be killed, -ECHILD it ended otherwise than with status 0, each
 *            with the reason set.
 */
int talk_end(struct talk *talk, uint64_t grace_ns);

/* Children that a program left behind when it ended; for a caller without any of its own that is a
   subreaper. */
bool talk_left_children(void);

#endif
