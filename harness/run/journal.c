#include "harness/run/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/report/seal.h"

enum { SAME_SECOND_MAX = 99, HOST_CHARS = 9, COMMIT_CHARS = 7 };

/* mkdir -p */
static int make_folder(const char *path)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(part, 0777) != 0 && errno != EEXIST ? -errno : 0;
}

/* Letters, digits and dashes of text; what else it has becomes a dash. */
static void add_word(char *name, size_t bytes, const char *text, int chars)
{
	size_t end = strlen(name);

	for (int i = 0; i < chars && text[i] != '\0' && end + 1 < bytes; i++)
		name[end++] = strchr("-.", text[i]) == NULL &&
					      strspn(text + i, "abcdefghijklmnopqrstuvwxyzABCDEFGHI"
							       "JKLMNOPQRSTUVWXYZ0123456789") == 0
				      ? '-'
				      : text[i];
	name[end] = '\0';
}

/* The run's id; the same second of the same host gets a number. */
static void name_session(struct run_header *header, int number)
{
	char *name = header->session;

	name[0] = '\0';
	for (const char *at = header->started; *at != '\0'; at++)
		if (*at != '-' && *at != ':')
			add_word(name, sizeof(header->session), at, 1);
	strcat(name, "-");
	add_word(name, sizeof(header->session), header->machine.host, HOST_CHARS);
	strcat(name, "-");
	add_word(name, sizeof(header->session), header->build.commit, COMMIT_CHARS);
	if (number > 1)
		snprintf(
			name + strlen(name), sizeof(header->session) - strlen(name), "-%d", number);
}

static int create_file(struct journal *journal, const char *results, struct run_header *header)
{
	for (int number = 1; number <= SAME_SECOND_MAX; number++) {
		name_session(header, number);
		int bytes = snprintf(journal->path, sizeof(journal->path), "%s/%s.jsonl", results,
			header->session);
		if (bytes >= (int)sizeof(journal->path))
			return -ENAMETOOLONG;
		snprintf(journal->folder, sizeof(journal->folder), "%.*s",
			bytes - (int)strlen(".jsonl"), journal->path);
		journal->fd = open(
			journal->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
		if (journal->fd >= 0 || errno != EEXIST)
			return journal->fd >= 0 ? 0 : -errno;
	}
	return -EEXIST;
}

/* results/latest points to the new folder at every moment to one or the other. */
static int link_latest(const struct journal *journal, const char *results)
{
	char next[PATH_MAX], latest[PATH_MAX];

	if (snprintf(next, sizeof(next), "%s/.latest-%d", results, (int)getpid()) >=
			(int)sizeof(next) ||
		snprintf(latest, sizeof(latest), "%s/latest", results) >= (int)sizeof(latest))
		return -ENAMETOOLONG;
	unlink(next);
	if (symlink(journal->session.header.session, next) != 0)
		return -errno;
	if (rename(next, latest) == 0)
		return 0;
	int rc = -errno;
	unlink(next);
	return rc;
}

/* One write. One that takes a part only does not say why: writing the rest does, be it a full disk,
   a quota or a limit of file sizes. What did not fit is taken back. */
static int write_line(struct journal *journal, const char *line)
{
	size_t bytes = strlen(line), done = 0;
	int rc = 0;

	while (done < bytes && rc == 0) {
		ssize_t wrote = write(journal->fd, line + done, bytes - done);
		if (wrote > 0)
			done += (size_t)wrote;
		else if (wrote == 0 || errno != EINTR)
			rc = wrote == 0 ? -EIO : -errno;
	}
	if (rc == 0)
		journal->bytes += (off_t)bytes;
	else if (done > 0 && ftruncate(journal->fd, journal->bytes) != 0)
		return -errno;
	return rc;
}

/* Seals the line, gives it to the session, writes it. Frees it. */
static int append(struct journal *journal, char *line)
{
	char error[RECORD_REASON_MAX];
	uint64_t chain = journal->session.chain;
	char *sealed = line == NULL ? NULL : seal_line(line, &chain);
	char *copy = sealed == NULL ? NULL : strdup(sealed);
	int rc = copy == NULL ? -ENOMEM : 0;

	if (rc == 0)
		rc = session_add(&journal->session, copy, strlen(copy) - 1, error, sizeof(error));
	if (rc == 0 && journal->fd >= 0)
		rc = write_line(journal, sealed);
	free(line);
	free(sealed);
	free(copy);
	return rc;
}

int journal_open(struct journal *journal, const char *results, struct run_header *header)
{
	int rc = 0;

	memset(journal, 0, sizeof(*journal));
	journal->fd = -1;
	session_init(&journal->session);
	if (results == NULL)
		name_session(header, 1);
	else
		rc = make_folder(results);
	if (rc == 0 && results != NULL)
		rc = create_file(journal, results, header);
	if (rc == 0)
		rc = append(journal, run_header_to_json(header));
	if (rc == 0 && results != NULL && mkdir(journal->folder, 0777) != 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0 && results != NULL)
		rc = link_latest(journal, results);
	if (rc != 0 && journal->fd >= 0) {
		unlink(journal->path);
		rmdir(journal->folder);
	}
	return rc;
}

int journal_record(struct journal *journal, const struct record *record)
{
	return append(journal, record_to_json(record));
}

int journal_event(struct journal *journal, const struct run_event *event)
{
	return append(journal, run_event_to_json(event));
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
	session_free(&journal->session);
}
