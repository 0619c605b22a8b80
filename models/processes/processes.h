/*
 * models/processes: forked children. One include for users of the family.
 *
 * Tasks use the C library's blocking calls. What they share lies in memory mapped shared before the
 * crew was opened; a descriptor opened later travels by process_send_fd.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_PROCESSES_H
#define CONCBENCH_MODELS_PROCESSES_PROCESSES_H

#include <signal.h>

#include "models/model.h"
#include "models/processes/listen.h"
#include "models/processes/pool.h"
#include "models/processes/queue.h"
#include "models/processes/sync.h"

/*
 * A task that a signal ended fails with -EOWNERDEAD and the signal in crew->failure; one whose
 * process ended in another way than by returning fails with -EPROTO.
 */
extern const struct crew_ops processes_crew_ops;
extern const struct crew_ops process_pool_crew_ops;

/* crew_pids of the family's models. */
int process_crew_pids(const struct crew *crew, pid_t *pids, int max);

/* The family's word_wait and word_wake (model.h), for words in shared memory. */
int process_word_wait(_Atomic uint32_t *word, uint32_t old);
void process_word_wake(_Atomic uint32_t *word);

/*
 * What every child runs lies side by side in the program: a child has no page of the text until it
 * runs it, and maps 64 KiB at a time.
 */
#define PROCESS_CHILD __attribute__((hot))

/*
 * Forks: flushes stdio; the child is killed when its parent ends, runs body(arg) and leaves by
 * _exit with body's result as its status. Returns  0 and the child's pid, or -errno. Threads  from
 * a process with one thread; the child dies with the thread that forked it.
 */
int process_fork(int (*body)(void *arg), void *arg, pid_t *pid) __attribute__((warn_unused_result));

/*
 * A child can be waited for only while SIGCHLD is not ignored, which it may be by inheritance.
 *   want     makes it so; *before keeps what was, for restore
 */
void process_want_children(struct sigaction *before);
void process_restore_children(const struct sigaction *before);

/*
 * Passes an open descriptor over a connected UNIX socket; the receiver gets its own copy (with
 * close-on-exec).
 *   Returns  send: 0 or -errno. recv: the descriptor or -errno; -EPIPE at end of file, -EPROTO for
 *            a message that carries none.
 *   Threads  one sender and one receiver at a time per socket.
 */
int process_send_fd(int socket, int fd) __attribute__((warn_unused_result));
int process_recv_fd(int socket) __attribute__((warn_unused_result));

#endif
