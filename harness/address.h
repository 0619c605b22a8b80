/*
 * The address of somebody's service, as `-p url=postgresql://user:secret@host/name` gives it. It
 * may hold a password, so it is taken out of the arguments before anybody copies them: in its place
 * stands url=given, which is what a run's file and its invocations' arguments say, and the text is
 * left to the children in the environment.
 */
#ifndef CONCBENCH_HARNESS_ADDRESS_H
#define CONCBENCH_HARNESS_ADDRESS_H

/*
 * Takes an address out of the arguments. A text with neither "://" nor "=" is none: it stays, as a
 * choice of the parameter or a misspelt one.
 *   Returns  0 or -ENOMEM.
 *   Threads  before any other.
 */
int address_take(int argc, char **argv) __attribute__((warn_unused_result));

/* The address that was given, or NULL. The environment's. */
const char *address_given(void);

#endif
