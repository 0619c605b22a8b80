/*
 * concbench find capacity.
 */
#ifndef CONCBENCH_HARNESS_CLI_FIND_CAPACITY_H
#define CONCBENCH_HARNESS_CLI_FIND_CAPACITY_H

/* argv[0] is "capacity". An exit status. */
int find_capacity(int argc, char **argv);

#endif
