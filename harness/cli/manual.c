/*
 * concbench manual: the manual page and the completions of shells, made from the table of commands
 * and from what each says to --help, so that they cannot speak of options that are not there.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/params.h"
#include "harness/version.h"
#include "harness/workload.h"

enum { HELP_BYTES = 16384, OPTIONS_MAX = 64, OPTION_BYTES = 32 };

/* Long options of one command, in the order of its help. */
struct option_list {
	char names[OPTIONS_MAX][OPTION_BYTES];
	int count;
};

/* What this program prints for COMMAND --help. 0 or -errno. */
static int read_help(const char *name, char *text)
{
	char program[PATH_MAX], line[PATH_MAX + 64];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	text[0] = '\0';
	if (length < 0)
		return -errno;
	program[length] = '\0';
	fflush(stdout);
	snprintf(line, sizeof(line), "exec '%s' %s --help", program, name);
	FILE *pipe = popen(line, "re");
	if (pipe == NULL)
		return -errno;
	size_t got = fread(text, 1, HELP_BYTES - 1, pipe);
	text[got] = '\0';
	return pclose(pipe) == 0 ? 0 : -EIO;
}

static void add_option(struct option_list *list, const char *name, size_t bytes)
{
	if (bytes < 3 || bytes >= OPTION_BYTES || list->count == OPTIONS_MAX)
		return;
	for (int i = 0; i < list->count; i++)
		if (strlen(list->names[i]) == bytes && strncmp(list->names[i], name, bytes) == 0)
			return;
	snprintf(list->names[list->count++], OPTION_BYTES, "%.*s", (int)bytes, name);
}

/* Does the word stand in a line that describes options: one that is set in? */
static bool is_described(const char *help, const char *at)
{
	while (at > help && at[-1] != '\n')
		at--;
	return *at == ' ';
}

/* Every word that begins with two hyphens. */
static int read_options(const char *command, struct option_list *list, char *help)
{
	int rc = read_help(command, help);

	list->count = 0;
	for (const char *at = help; rc == 0 && (at = strstr(at, "--")) != NULL;) {
		size_t bytes = 2 + strspn(at + 2, "abcdefghijklmnopqrstuvwxyz0123456789-");
		if (is_described(help, at) && !isalnum((unsigned char)at[-1]))
			add_option(list, at, bytes);
		at += bytes;
	}
	add_option(list, "--help", strlen("--help"));
	return rc;
}

/* For roff: hyphens as they are, no line that begins with a control character. */
static void roff(const char *text)
{
	bool begins = true;

	for (; *text != '\0'; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
		begins = *text == '\n';
	}
}

static int man_page(char *help)
{
	int rc = 0;

	printf(".TH CONCBENCH 1 \"\" \"concbench %s\" \"User Commands\"\n.SH NAME\nconcbench \\- "
	       "which concurrency model for which work, measured\n.SH SYNOPSIS\n.B concbench\n"
	       ".I COMMAND\n[ARGUMENT...]\n.SH DESCRIPTION\nThe same I/O\\-bound, CPU\\-bound and "
	       "mixed workloads are written for coroutines on an event loop, for pthreads and for "
	       "forked processes. One harness runs them, checks that they did the same work, and "
	       "measures throughput, latency, CPU time, context switches and memory per task.\n"
	       ".SH COMMANDS\n",
		version_number);
	for (const struct command *command = commands; command->name != NULL && rc == 0;
		command++) {
		printf(".SS concbench ");
		roff(command->name);
		putchar('\n');
		roff(command->summary);
		printf("\n.PP\n.nf\n");
		rc = read_help(command->name, help);
		roff(help);
		printf(".fi\n");
	}
	printf(".SH FILES\n.TP\n.I results/latest\nlink to the folder of the latest run; the run "
	       "itself is the .jsonl file beside it\n.SH EXAMPLES\n.TP\n.B concbench run "
	       "\\-\\-effort smoke\nevery workload in every model, briefly\n.TP\n.B concbench "
	       "report "
	       "\\-\\-format html \\-o report.html\nthe latest run as one file for a browser\n.TP\n"
	       ".B concbench advise \\-\\-rate 2000 \\-\\-wait 5ms \\-\\-compute 200us "
	       "\\-\\-dry\\-run\nwhat Little's law says of a service\n.TP\n.B concbench demo "
	       "fibonacci\nan example of the lectures\n");
	return rc;
}

static void bash_command(const char *name, const struct option_list *list, FILE *out)
{
	fprintf(out, "\t%s) words=\"", name);
	for (int i = 0; i < list->count; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", list->names[i]);
	fputs("\" ;;\n", out);
}

/* What may stand as an argument of a command: workloads, where it takes them. */
static void print_workloads(const char *between)
{
	for (int i = 0; workloads[i] != NULL; i++)
		printf("%s%s", i > 0 ? between : "", workloads[i]->name);
}

static int bash_completion(char *help)
{
	struct option_list list;
	int rc = 0;

	puts("# bash completion for concbench\n_concbench()\n{\n\tlocal "
	     "word=${COMP_WORDS[COMP_CWORD]} "
	     "words\n\tCOMPREPLY=()\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	printf("\t\twords=\"");
	for (const struct command *command = commands; command->name != NULL; command++)
		printf("%s ", command->name);
	puts("--help --version\"\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
	     "\"$word\")\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in");
	for (const struct command *command = commands; command->name != NULL && rc == 0;
		command++) {
		rc = read_options(command->name, &list, help);
		bash_command(command->name, &list, stdout);
	}
	printf("\tesac\n\tcase $word in\n\t-*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
	       "\"$word\") ;;\n\t*)\n\t\tcase ${COMP_WORDS[1]} in\n\t\trun | list | find | exec) "
	       "mapfile -t COMPREPLY < <(compgen -W \"");
	print_workloads(" ");
	puts("\" -- \"$word\") ;;\n\t\t*) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
	     "\t\tesac\n\t\t;;\n\tesac\n}\ncomplete -o filenames -F _concbench concbench");
	return rc;
}

/* A text within single quotes of zsh and fish. */
static void quoted(const char *text)
{
	for (; *text != '\0'; text++)
		fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, stdout);
}

static int zsh_completion(char *help)
{
	struct option_list list;
	int rc = 0;

	puts("#compdef concbench\n_concbench()\n{\n\tlocal -a commands options\n\tcommands=(");
	for (const struct command *command = commands; command->name != NULL; command++) {
		printf("\t\t'%s:", command->name);
		quoted(command->summary);
		puts("'");
	}
	puts("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command "
	     "commands\n\t\treturn\n\tfi\n"
	     "\tcase ${words[2]} in");
	for (const struct command *command = commands; command->name != NULL && rc == 0;
		command++) {
		rc = read_options(command->name, &list, help);
		printf("\t%s) options=(", command->name);
		for (int i = 0; i < list.count; i++)
			printf("%s%s", i > 0 ? " " : "", list.names[i]);
		puts(") ;;");
	}
	printf("\tesac\n\tif [[ ${words[CURRENT]} == -* ]]; then\n\t\tcompadd -- "
	       "$options\n\t\treturn\n"
	       "\tfi\n\tcase ${words[2]} in\n\trun|list|find|exec) compadd -- ");
	print_workloads(" ");
	puts(" ;;\n\t*) _files ;;\n\tesac\n}\n_concbench \"$@\"");
	return rc;
}

static int fish_completion(char *help)
{
	struct option_list list;
	int rc = 0;

	puts("# fish completion for concbench");
	for (const struct command *command = commands; command->name != NULL && rc == 0;
		command++) {
		rc = read_options(command->name, &list, help);
		printf("complete -c concbench -f -n __fish_use_subcommand -a %s -d '",
			command->name);
		quoted(command->summary);
		puts("'");
		for (int i = 0; i < list.count; i++)
			printf("complete -c concbench -n '__fish_seen_subcommand_from %s' -l %s\n",
				command->name, list.names[i] + 2);
	}
	printf("complete -c concbench -n '__fish_seen_subcommand_from run list find exec' -a '");
	print_workloads(" ");
	puts("'");
	return rc;
}

int manual_main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*print)(char *help);
	} kinds[] = {{"man", man_page}, {"bash", bash_completion}, {"zsh", zsh_completion},
		{"fish", fish_completion}};
	static const char *const names[] = {"man", "bash", "zsh", "fish", NULL};
	const char *kind = argc > 1 ? argv[1] : "man";
	char *help = malloc(HELP_BYTES);
	int rc = help == NULL ? -ENOMEM : -ENOENT;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && help != NULL; i++)
		if (strcmp(kinds[i].name, kind) == 0)
			rc = kinds[i].print(help);
	free(help);
	if (rc == 0)
		return EXIT_FINE;
	if (rc == -ENOENT) {
		const char *near = nearest_name(kind, names);
		return cli_wrong_use("manual", "'%.40s': man, bash, zsh or fish%s%s%s", kind,
			near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
			near == NULL ? "" : "?");
	}
	cli_error("manual", "%s", strerror(-rc));
	return EXIT_NOT_MEASURED;
}
