#include "harness/report/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/record_latency.h"
#include "harness/report/seal.h"

enum { WHY_MAX = 300 };

static const char header_begins[] = "{\"concbench_run\":";
static const char event_begins[] = "{\"event\":";

void session_init(struct session *session)
{
	memset(session, 0, sizeof(*session));
	session->chain = SEAL_START;
}

void session_free(struct session *session)
{
	for (int i = 0; i < session->records_count; i++)
		record_release(&session->records[i]);
	free(session->records);
	free(session->events);
	run_header_release(&session->header);
	session_init(session);
}

static int __attribute__((format(printf, 4, 5)))
refuse(const struct session *session, char *error, size_t error_bytes, const char *format, ...)
{
	char why[WHY_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	snprintf(error, error_bytes, "line %d: %s", session->lines, why);
	return -EINVAL;
}

/* Room for one more element at the end. */
static void *grow(void *array, int count, int *room, size_t bytes)
{
	if (count < *room)
		return array;
	int more = *room == 0 ? 64 : *room * 2;
	void *grown = realloc(array, (size_t)more * bytes);
	if (grown != NULL)
		*room = more;
	return grown;
}

static int add_record(
	struct session *session, const char *line, size_t bytes, char *error, size_t error_bytes)
{
	char why[WHY_MAX];
	struct record *records = grow(
		session->records, session->records_count, &session->records_room, sizeof(*records));

	if (records == NULL)
		return -ENOMEM;
	session->records = records;
	struct record *record = &records[session->records_count];
	int rc = record_from_json(record, line, bytes, why, sizeof(why));
	if (rc == -EINVAL)
		rc = refuse(session, error, error_bytes, "%s", why);
	else if (rc == 0 && strcmp(record->place.session, session->header.session) != 0)
		rc = refuse(session, error, error_bytes, "belongs to another run, %s",
			record->place.session);
	else if (rc == 0 && record->place.order != session->records_count)
		rc = refuse(session, error, error_bytes, "is invocation %lld, %d was expected",
			(long long)record->place.order, session->records_count);
	else if (rc == 0 && run_facts(&session->header, record->workload) == NULL)
		rc = refuse(session, error, error_bytes, "workload '%s' is not in the header",
			record->workload);
	/* thousands of whole histograms would be hundreds of MiB */
	if (rc == 0)
		rc = record_latency_pack(record);
	if (rc == 0)
		session->records_count++;
	else
		record_release(record);
	return rc;
}

/* Records that were measured while the machine was taken away do not count. */
static void disturb(struct session *session, const struct run_event *event)
{
	for (int64_t i = event->from; i <= event->to; i++) {
		struct record *record = &session->records[i];
		if (record->status != STATUS_OK)
			continue;
		record->status = STATUS_DISTURBED;
		snprintf(record->reason, sizeof(record->reason),
			"%.0f %% of a CPU was taken from outside", event->share * 100);
	}
}

static int add_event(
	struct session *session, const char *line, size_t bytes, char *error, size_t error_bytes)
{
	char why[WHY_MAX];
	struct run_event *events = grow(
		session->events, session->events_count, &session->events_room, sizeof(*events));

	if (events == NULL)
		return -ENOMEM;
	session->events = events;
	struct run_event *event = &events[session->events_count];
	int rc = run_event_from_json(event, line, bytes, why, sizeof(why));
	if (rc == -EINVAL)
		return refuse(session, error, error_bytes, "%s", why);
	if (rc != 0)
		return rc;
	if (event->event == EVENT_DISTURBED) {
		if (event->from < 0 || event->from > event->to ||
			event->to >= session->records_count)
			return refuse(session, error, error_bytes,
				"speaks of invocations %lld .. %lld, %d were made",
				(long long)event->from, (long long)event->to,
				session->records_count);
		disturb(session, event);
	}
	session->events_count++;
	return 0;
}

static bool begins(const char *line, size_t bytes, const char *with)
{
	return bytes >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

int session_add(struct session *session, char *line, size_t bytes, char *error, size_t error_bytes)
{
	char why[WHY_MAX];
	uint64_t chain = session->chain;

	session->lines++;
	bool first = session->lines == 1;
	if (first && !begins(line, bytes, header_begins))
		return refuse(session, error, error_bytes, "not the header of a concbench run");
	int rc = seal_take(line, &bytes, &chain);
	if (rc == -EINVAL)
		return refuse(session, error, error_bytes, "has no seal (\"check\" at its end)");
	if (rc != 0)
		return refuse(session, error, error_bytes,
			"was changed, or lines before it were, since it was measured");
	if (first) {
		rc = run_header_from_json(&session->header, line, bytes, why, sizeof(why));
		if (rc == -EINVAL)
			rc = refuse(session, error, error_bytes, "%s", why);
	} else if (session_end(session) != NULL) {
		rc = refuse(session, error, error_bytes, "comes after the end of the run");
	} else if (begins(line, bytes, event_begins)) {
		rc = add_event(session, line, bytes, error, error_bytes);
	} else {
		rc = add_record(session, line, bytes, error, error_bytes);
	}
	if (rc == 0)
		session->chain = chain;
	return rc;
}

/* A run is a file: a pipe may never end, and a device never has a second line. */
static FILE *open_file(const char *path)
{
	struct stat status = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = NULL;
	int rc = fd < 0 || fstat(fd, &status) != 0 ? -errno : 0;

	if (rc == 0 && S_ISDIR(status.st_mode))
		rc = -EISDIR;
	else if (rc == 0 && !S_ISREG(status.st_mode))
		rc = -ENOTSUP;
	if (rc == 0 && (file = fdopen(fd, "r")) == NULL)
		rc = -errno;
	if (rc != 0 && fd >= 0)
		close(fd);
	errno = -rc;
	return file;
}

int session_read(struct session *session, const char *path, char *error, size_t error_bytes)
{
	FILE *file = open_file(path);
	char *line = NULL;
	size_t room = 0;
	ssize_t got = 0;
	int rc = file == NULL ? -errno : 0;

	session_init(session);
	while (rc == 0 && (got = getline(&line, &room, file)) > 0) {
		if (line[got - 1] != '\n') {
			snprintf(session->cut, sizeof(session->cut),
				"line %d is cut off: read up to line %d", session->lines + 1,
				session->lines);
			break;
		}
		rc = session_add(session, line, (size_t)got - 1, error, error_bytes);
	}
	if (rc == 0 && got < 0 && ferror(file))
		rc = -EIO;
	if (rc == 0 && session->cut[0] == '\0' && session_end(session) == NULL)
		snprintf(session->cut, sizeof(session->cut),
			"ends early, after line %d, without the run's end: %d of %lld planned "
			"invocations are there (it was killed, cut off or is still going on)",
			session->lines, session->records_count, (long long)session->header.planned);
	if (rc != 0 && rc != -EINVAL)
		snprintf(error, error_bytes, "%s", rc == -ENOTSUP ? "not a file" : strerror(-rc));
	if (rc == 0 && session->lines == 0) {
		snprintf(error, error_bytes, "line 1: not the header of a concbench run");
		rc = -EINVAL;
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return rc;
}

const struct run_event *session_end(const struct session *session)
{
	const struct run_event *last =
		session->events_count == 0 ? NULL : &session->events[session->events_count - 1];

	return last != NULL && last->event == EVENT_END ? last : NULL;
}
