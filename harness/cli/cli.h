/*
 * The command line: one file per subcommand, one row of the table in main.c. Only this layer prints
 * errors and decides the exit status.
 */
#ifndef CONCBENCH_HARNESS_CLI_CLI_H
#define CONCBENCH_HARNESS_CLI_CLI_H

#include <stdbool.h>

/* Exit status, the same for every command. */
enum {
	EXIT_FINE = 0,
	EXIT_ANSWER_NO = 1,  /* regressed, check failed */
	EXIT_WRONG_USE = 2,  /* or damaged input */
	EXIT_NO_VERDICT = 3, /* of selftest and demo; elsewhere only with --strict */
	EXIT_NOT_MEASURED = 4
};

struct command {
	const char *name;
	const char *group;   /* "look", "measure", "decide", "read", "teach", "trust", "plumbing" */
	const char *usage;   /* after the name */
	const char *summary; /* one line */
	int (*main)(int argc, char **argv); /* argv[0] is the command's name; NULL: not built in */
	int own_help; /* main answers --help itself, else the fields above do */
};
extern const struct command commands[]; /* ended by a NULL name */

/* "concbench: <command>: <message>\n" to stderr; returns EXIT_WRONG_USE. */
int cli_wrong_use(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same without the status. */
void cli_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes an option without a value out of the arguments, wherever it stands; true: it was there. */
bool cli_take_option(const char *option, int *argc, char **argv);

/* The whole command line; what main returns. */
int cli_main(int argc, char **argv);

int list_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int run_main(int argc, char **argv);
int calibrate_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int report_main(int argc, char **argv);
int exec_main(int argc, char **argv);
int find_main(int argc, char **argv);
int advise_main(int argc, char **argv);
int manual_main(int argc, char **argv);
int demo_main(int argc, char **argv);
int load_command_main(int argc, char **argv);
int selftest_main(int argc, char **argv);
int selftest_guest_main(int argc, char **argv); /* argv[0] is "guest" */

#endif
