/*
 * concbench load: drive any TCP, TLS or HTTP/1.1 server.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/load.h"
#include "harness/params.h"
#include "harness/run/stop.h"

static const char command[] = "load";

static const char help[] =
	"usage: concbench load URL [OPTION...]\n"
	"Drives a server and says how fast it answered. URL: http://HOST[:PORT][/PATH], "
	"https://..., tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH. Certificates are not "
	"checked.\n"
	"  -c, --connections N  kept connections (10)\n"
	"  -d, --duration 10s\n"
	"  -R, --rate N         open loop: so many requests per second, over all connections;\n"
	"                       latencies are from the intended start\n"
	"      --arrivals NAME  constant, poisson, step or ramp\n"
	"      --depth N        requests in flight on a connection (1)\n"
	"  -H, --header TEXT    of HTTP requests; any number of them\n"
	"      --method NAME    GET, or POST where there is a body\n"
	"      --body TEXT      of the request; @FILE reads it\n"
	"      --reply BYTES    tcp, tls, unix: replies are so long; else they must be the "
	"request\n"
	"      --timeout 5s     for the first replies and the last ones\n"
	"      --seed N         of the arrivals\n"
	"      --load-cpus LIST run there\n"
	"      --format FORMAT  terminal, md, json or hgrm\n"
	"      --dry-run        print what would be done, send nothing\n"
	"  -o FILE              print there\n";

enum {
	OPTION_ARRIVALS = 256,
	OPTION_DEPTH,
	OPTION_METHOD,
	OPTION_BODY,
	OPTION_REPLY,
	OPTION_TIMEOUT,
	OPTION_SEED,
	OPTION_CPUS,
	OPTION_FORMAT,
	OPTION_DRY_RUN
};

static const struct option long_options[] = {
	{"connections", required_argument, NULL, 'c'},
	{"concurrency", required_argument, NULL, 'c'},
	{"duration", required_argument, NULL, 'd'},
	{"rate", required_argument, NULL, 'R'},
	{"header", required_argument, NULL, 'H'},
	{"arrivals", required_argument, NULL, OPTION_ARRIVALS},
	{"depth", required_argument, NULL, OPTION_DEPTH},
	{"method", required_argument, NULL, OPTION_METHOD},
	{"body", required_argument, NULL, OPTION_BODY},
	{"reply", required_argument, NULL, OPTION_REPLY},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"load-cpus", required_argument, NULL, OPTION_CPUS},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

/* What the command line says. */
struct asked {
	struct drive_settings settings;
	const char *url, *method, *body, *output;
	char headers[8192]; /* each with its line's end */
	uint64_t reply_bytes;
	enum load_format format;
	bool help, dry_run;
};

static int read_count(
	const char *text, const char *name, int64_t least, int64_t most, int64_t *count)
{
	if (count_parse(text, count) == 0 && *count >= least && *count <= most)
		return EXIT_FINE;
	return cli_wrong_use(command, "%s: %.60s is not a number from %lld to %lld", name, text,
		(long long)least, (long long)most);
}

static int read_duration(const char *text, const char *name, uint64_t *ns)
{
	enum { WRK_SECONDS = 1000000000 };
	int64_t seconds;

	if (count_parse(text, &seconds) == 0 && seconds > 0) { /* wrk takes plain seconds */
		*ns = (uint64_t)seconds * WRK_SECONDS;
		return EXIT_FINE;
	}
	if (duration_parse(text, ns) == 0 && *ns > 0)
		return EXIT_FINE;
	return cli_wrong_use(command, "%s: %.60s is no duration (10s, 500ms)", name, text);
}

static int read_name(const char *text, const char *what, const char *const *names, int *index)
{
	for (*index = 0; names[*index] != NULL; (*index)++)
		if (strcmp(text, names[*index]) == 0)
			return EXIT_FINE;
	const char *near = nearest_name(text, names);
	return cli_wrong_use(command, "there is no %s '%.40s'%s%s%s", what, text,
		near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
		near == NULL ? "" : "?");
}

static int read_header(struct asked *asked, const char *text)
{
	size_t used = strlen(asked->headers), room = sizeof(asked->headers) - used;

	if (strchr(text, ':') == NULL || strpbrk(text, "\r\n") != NULL)
		return cli_wrong_use(command, "-H: %.60s is no header (Name: value)", text);
	if ((size_t)snprintf(asked->headers + used, room, "%s\r\n", text) >= room)
		return cli_wrong_use(
			command, "-H: more than %zu bytes of headers", sizeof(asked->headers) - 1);
	return EXIT_FINE;
}

static int read_cpus(const char *text)
{
	cpu_set_t cpus;

	if (cpu_list_parse(text, &cpus) != 0 || sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
		return cli_wrong_use(command, "--load-cpus: cannot run on %.60s", text);
	return EXIT_FINE;
}

/* Options with numbers. */
static int read_number(struct asked *asked, int option, const char *text)
{
	struct client_settings *client = &asked->settings.client;
	int64_t count = 0;
	int status;

	switch (option) {
	case 'c':
		status = read_count(text, "-c", 1, 100000, &count);
		client->connections = client->active = (int)count;
		return status;
	case 'R':
		status = read_count(text, "-R", 1, 10000000, &count);
		asked->settings.rate_per_s = (uint64_t)count;
		return status;
	case OPTION_DEPTH:
		status = read_count(text, "--depth", 1, CLIENT_DEPTH_MAX, &count);
		client->depth = (int)count;
		return status;
	case OPTION_SEED:
		status = read_count(text, "--seed", 0, INT64_MAX, &count);
		asked->settings.seed = (uint64_t)count;
		return status;
	case 'd':
		return read_duration(text, "-d", &asked->settings.duration_ns);
	case OPTION_TIMEOUT:
		return read_duration(text, "--timeout", &asked->settings.timeout_ns);
	default:
		if (bytes_parse(text, &asked->reply_bytes) == 0 && asked->reply_bytes > 0)
			return EXIT_FINE;
		return cli_wrong_use(command, "--reply: %.60s is no size", text);
	}
}

static int read_option(struct asked *asked, int option, const char *text)
{
	int index = 0, status = EXIT_FINE;

	switch (option) {
	case 'H':
		return read_header(asked, text);
	case OPTION_ARRIVALS:
		status = read_name(text, "arrivals", schedule_names, &index);
		asked->settings.arrivals = (enum schedule_arrivals)index;
		return status;
	case OPTION_FORMAT:
		status = read_name(text, "format", load_formats, &index);
		asked->format = (enum load_format)index;
		return status;
	case OPTION_METHOD:
		asked->method = text;
		return EXIT_FINE;
	case OPTION_BODY:
		asked->body = text;
		return EXIT_FINE;
	case OPTION_CPUS:
		return read_cpus(text);
	case 'o':
		asked->output = text;
		return EXIT_FINE;
	default:
		return read_number(asked, option, text);
	}
}

static int read_arguments(struct asked *asked, int argc, char **argv)
{
	int option, status = EXIT_FINE;

	opterr = 0;
	optind = 0;
	while (status == EXIT_FINE &&
		(option = getopt_long(argc, argv, ":c:d:R:H:o:h", long_options, NULL)) != -1) {
		if (option == 'h')
			asked->help = true;
		else if (option == OPTION_DRY_RUN)
			asked->dry_run = true;
		else if (option == ':')
			status = cli_wrong_use(command, "%s needs a value", argv[optind - 1]);
		else if (option == '?')
			status = cli_wrong_use(command,
				"there is no option %s (concbench load --help)", argv[optind - 1]);
		else
			status = read_option(asked, option, optarg);
	}
	if (status != EXIT_FINE || asked->help)
		return status;
	if (argc - optind != 1)
		return cli_wrong_use(command, "expected one URL (concbench load --help)");
	asked->url = argv[optind];
	return EXIT_FINE;
}

/* A body that stands in a file, or as it is. */
static int read_body(const char *body, char **text, size_t *bytes)
{
	enum { BODY_MAX = 1 << 20 };

	*bytes = body != NULL ? strlen(body) : 0;
	*text = malloc(body != NULL && body[0] == '@' ? BODY_MAX : *bytes + 1);
	if (*text == NULL)
		return EXIT_NOT_MEASURED;
	if (body == NULL || body[0] != '@') {
		memcpy(*text, body != NULL ? body : "", *bytes);
		return EXIT_FINE;
	}
	FILE *file = fopen(body + 1, "re");
	if (file == NULL)
		return cli_wrong_use(command, "--body: %s: %s", body + 1, strerror(errno));
	*bytes = fread(*text, 1, BODY_MAX, file);
	bool whole = feof(file) != 0;
	fclose(file);
	return whole ? EXIT_FINE
		     : cli_wrong_use(command, "--body: %s: longer than 1 MiB", body + 1);
}

/* The request as it goes over the wire; malloc'd, in ask. */
static int compose(struct http_ask *ask, const struct asked *asked, const struct target *target)
{
	char *body = NULL, *text = NULL;
	size_t body_bytes;
	int status = read_body(asked->body, &body, &body_bytes);
	const char *method = asked->method != NULL ? asked->method
			     : asked->body != NULL ? "POST"
						   : "GET";
	size_t room = TARGET_PATH_MAX + sizeof(asked->headers) + 512 + body_bytes;

	if (status == EXIT_FINE && (text = malloc(room)) == NULL)
		status = EXIT_NOT_MEASURED;
	if (status == EXIT_FINE && target->http) {
		size_t head =
			(size_t)snprintf(text, room, "%.32s %s HTTP/1.1\r\n", method, target->path);
		if (strcasestr(asked->headers, "host:") == NULL)
			head += (size_t)snprintf(
				text + head, room - head, "Host: %s\r\n", target->authority);
		head += (size_t)snprintf(text + head, room - head, "%s", asked->headers);
		if (asked->body != NULL)
			head += (size_t)snprintf(
				text + head, room - head, "Content-Length: %zu\r\n", body_bytes);
		head += (size_t)snprintf(text + head, room - head, "\r\n");
		memcpy(text + head, body, body_bytes);
		*ask = (struct http_ask){.request = text,
			.bytes = head + body_bytes,
			.head = strcmp(method, "HEAD") == 0};
	} else if (status == EXIT_FINE) {
		memcpy(text, body, body_bytes);
		*ask = (struct http_ask){.request = text,
			.bytes = body_bytes,
			.raw_bytes = asked->reply_bytes > 0 ? asked->reply_bytes : body_bytes};
	}
	free(body);
	return status;
}

static bool is_stopped(void *arg)
{
	(void)arg;
	return stop_signal() != 0;
}

static int print(const struct asked *asked, const struct drive *drive)
{
	FILE *out = stdout;

	if (asked->output != NULL && strcmp(asked->output, "-") != 0 &&
		(out = fopen(asked->output, "we")) == NULL)
		return cli_wrong_use(command, "%s: %s", asked->output, strerror(errno));
	load_report(out, asked->format, asked->url, &asked->settings, drive);
	bool lost = fflush(out) != 0;
	if (out != stdout)
		fclose(out);
	if (lost)
		cli_error(command, "the report could not be written: %s", strerror(errno));
	if (drive->fault[0] != '\0' && asked->format > LOAD_MARKDOWN)
		cli_error(command, "INVALID: %s", drive->fault);
	return lost || drive->fault[0] != '\0' ? EXIT_NOT_MEASURED : EXIT_FINE;
}

static int drive_and_print(struct asked *asked)
{
	struct drive *drive = malloc(sizeof(*drive));

	if (drive == NULL)
		return EXIT_NOT_MEASURED;
	int rc = drive_run(drive, &asked->settings);
	int status = EXIT_NOT_MEASURED;
	if (rc == -ECANCELED && stop_signal() != 0)
		status = 128 + stop_signal();
	else if (rc != 0)
		cli_error(command, "%s: %s", asked->url,
			drive->problem[0] != '\0' ? drive->problem : strerror(-rc));
	else
		status = print(asked, drive);
	free(drive);
	return status;
}

static int load_target(struct asked *asked, struct target *target)
{
	struct http_ask ask = {0};
	char error[300];
	int status = EXIT_FINE;

	if (target_parse(target, asked->url, error, sizeof(error)) != 0)
		return cli_wrong_use(command, "%s", error);
	if (!target->http && (asked->method != NULL || asked->headers[0] != '\0'))
		return cli_wrong_use(command, "--method and -H are for http:// and https://");
	if (!target->http && asked->reply_bytes > 0 && asked->body == NULL)
		return cli_wrong_use(command, "--reply needs --body");
	if (target->http || asked->body != NULL)
		status = compose(&ask, asked, target);
	if (status == EXIT_FINE && asked->dry_run) {
		load_plan(stdout, asked->url, &asked->settings);
		free((void *)(uintptr_t)ask.request);
		return EXIT_FINE;
	}
	if (status == EXIT_FINE && target_resolve(target, error, sizeof(error)) != 0) {
		cli_error(command, "%s: %s", asked->url, error);
		status = EXIT_NOT_MEASURED;
	}
	if (status == EXIT_FINE) {
		asked->settings.client.http = ask.request != NULL ? &ask : NULL;
		asked->settings.client.target = target;
		status = drive_and_print(asked);
		asked->settings.client.http = NULL;
	}
	free((void *)(uintptr_t)ask.request);
	return status;
}

int load_command_main(int argc, char **argv)
{
	enum { MESSAGE_BYTES = 64, CONNECTIONS = 10 };
	struct asked asked = {.settings = {.duration_ns = 10000000000u,
				      .timeout_ns = 5000000000u,
				      .seed = 1,
				      .client = {.connections = CONNECTIONS,
					      .active = CONNECTIONS,
					      .depth = 1,
					      .message_bytes = MESSAGE_BYTES,
					      .per_round = 1,
					      .cancelled = is_stopped}}};
	struct target target = {0};
	int status = read_arguments(&asked, argc, argv);

	if (status != EXIT_FINE)
		return status;
	if (asked.help)
		return cli_print_help(help);
	stop_install();
	status = load_target(&asked, &target);
	target_close(&target);
	return status;
}
