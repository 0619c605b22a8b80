/*
 * concbench find crossover and find tuning: searches that measure as they go.
 */
#ifndef CONCBENCH_HARNESS_CLI_FIND_SEARCH_H
#define CONCBENCH_HARNESS_CLI_FIND_SEARCH_H

/* argv[0] is "crossover" or "tuning". An exit status. */
int find_crossover(int argc, char **argv);
int find_tuning(int argc, char **argv);

#endif
