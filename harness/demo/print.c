/*
 * A demonstration's result as text and as JSON, kept, and its plan.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/demo/claims.h"
#include "harness/report/grid.h"

enum { COLUMNS_LEAST = 60, COLUMNS_MOST = 120, INDENT = 12, FIGURE = 12, NAME = 34, LEAST = 16 };

/* Where a text goes: what it is written into first, how wide a line is. */
struct page {
	FILE *text; /* open_memstream */
	char *written;
	size_t bytes;
	int columns;
	bool utf8;
};

/* False without memory. */
static bool page_begin(struct page *page, FILE *out)
{
	struct writer writer = writer_for(out, WRITER_TERMINAL);

	*page = (struct page){.columns = writer.width, .utf8 = writer.utf8};
	if (page->columns < COLUMNS_LEAST)
		page->columns = COLUMNS_LEAST;
	if (page->columns > COLUMNS_MOST)
		page->columns = COLUMNS_MOST;
	page->text = open_memstream(&page->written, &page->bytes);
	return page->text != NULL;
}

static void page_end(struct page *page, FILE *out)
{
	fclose(page->text);
	/* a character becomes three at most */
	char *ascii = page->utf8 ? NULL : malloc(3 * page->bytes + 8);

	if (ascii != NULL)
		text_to_ascii(ascii, 3 * page->bytes + 8, page->written);
	fputs(ascii != NULL ? ascii : page->written, out);
	fflush(out);
	free(ascii);
	free(page->written);
}

/* Columns that a text takes: bytes that begin a character. */
static int width(const char *text, size_t bytes)
{
	int columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += (text[i] & 0xc0) != 0x80;
	return columns;
}

/*
 * Running text in lines up to the page's last column, from column `indent` on, where the first one
 * begins now.
 *   lead  what each further line begins with, as wide as the indent; NULL: blanks
 */
static void print_wrapped(
	const struct page *page, int indent, const char *lead, const char *text, size_t bytes)
{
	const char *end = text + bytes;
	int column = indent;

	while (text < end) {
		size_t length = strcspn(text, " \n");
		if (length > (size_t)(end - text))
			length = (size_t)(end - text);
		int columns = width(text, length);
		if (column > indent && column + 1 + columns > page->columns) {
			fprintf(page->text, "\n%*s", lead == NULL ? indent : 0, "");
			fputs(lead == NULL ? "" : lead, page->text);
			column = indent;
		}
		fprintf(page->text, "%s%.*s", column > indent ? " " : "", (int)length, text);
		column += columns + (column > indent);
		text += length;
		text += strspn(text, " \n");
	}
	fputc('\n', page->text);
}

static void print_part(const struct page *page, const char *head, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(page->text, "  %-*s", INDENT - 2, head);
	print_wrapped(page, INDENT, NULL, text, strlen(text));
}

static void print_figure(const struct page *page, const struct demo_figure *figure)
{
	char text[NUMBER_MAX];

	number_format(text, sizeof(text), figure->value, figure->unit, DIGITS_DEFAULT);
	fprintf(page->text, "  %-*s%s%*s", INDENT - 2, demo_role_names[figure->role], text,
		FIGURE - width(text, strlen(text)), "");
	print_wrapped(page, INDENT + FIGURE, NULL, figure->what, strlen(figure->what));
}

/*
 * A timeline in two halves, with a bar between them where the story's first line has it. What is
 * too wide goes on below in the right half.
 */
static void print_story(const struct page *page, const char *story)
{
	const char *first = story + strspn(story, "\n");
	const char *bar = memchr(first, '|', strcspn(first, "\n"));
	int at = bar == NULL ? 0 : width(first, (size_t)(bar - first));
	char lead[COLUMNS_MOST + 4];

	snprintf(lead, sizeof(lead), "%*s| ", at < COLUMNS_MOST ? at : 0, "");
	while (*story != '\0') {
		size_t bytes = strcspn(story, "\n");
		const char *right = bar == NULL ? NULL : memchr(story, '|', bytes);
		if (right == NULL || width(story, bytes) <= page->columns ||
			width(story, (size_t)(right - story)) != at ||
			page->columns - at - 2 < LEAST) {
			fprintf(page->text, "%.*s\n", (int)bytes, story);
		} else {
			size_t left = (size_t)(right - story) + 2;
			fprintf(page->text, "%.*s", (int)left, story);
			print_wrapped(page, at + 2, lead, story + left, bytes - left);
		}
		story += bytes + (story[bytes] == '\n');
	}
}

void demo_print_name(const struct demo *demo, FILE *out)
{
	struct page page;

	if (!page_begin(&page, out))
		return;
	fprintf(page.text, "  %-22s %5.1f s  ", demo->name, demo->seconds);
	print_wrapped(&page, NAME, NULL, demo->sentence, strlen(demo->sentence));
	page_end(&page, out);
}

static void print_result(
	const struct page *page, const struct demo *demo, const struct demo_result *result)
{
	char text[DEMO_TEXT_MAX + 2 * DEMO_PART_MAX];
	int bytes = snprintf(text, sizeof(text), "%s: %s", demo->name, demo->sentence);

	print_wrapped(page, 0, NULL, text, (size_t)bytes);
	for (int i = 0; i < result->figures_count; i++)
		print_figure(page, &result->figures[i]);
	if (result->story != NULL)
		print_story(page, result->story);
	for (int i = 0; i < result->parts_count; i++) {
		const struct demo_part *part = &result->parts[i];
		snprintf(text, sizeof(text), "%s %s", part->what, part->bound);
		print_part(page, "predicted", text);
		snprintf(text, sizeof(text), "%s: %s", part->measured,
			demo_verdict_names[part->verdict]);
		print_part(page, "measured", text);
	}
	print_part(page, "predicted", result->expected);
	print_part(page, "measured", result->measured);
	print_part(page, "verdict", demo_verdict_names[result->verdict]);
	print_part(page, "because", demo->explanation);
	fprintf(page->text, "\n");
}

void demo_print(const struct demo *demo, const struct demo_result *result, FILE *out)
{
	struct page page;

	if (!page_begin(&page, out))
		return;
	print_result(&page, demo, result);
	page_end(&page, out);
}

static json_t *json_figure(const struct demo_figure *figure)
{
	static const char *const units[] = {
		[UNIT_PLAIN] = "", [UNIT_RATE] = "/s", [UNIT_DURATION] = "ns", [UNIT_BYTES] = "B"};
	char text[NUMBER_MAX];

	number_format(text, sizeof(text), figure->value, figure->unit, DIGITS_DEFAULT);
	return json_pack("{s:s,s:s,s:o,s:s,s:s}", "role", demo_role_names[figure->role], "what",
		figure->what, "value",
		isfinite(figure->value) ? json_real(figure->value) : json_null(), "unit",
		units[figure->unit], "text", text);
}

static json_t *json_parts(const struct demo_result *result)
{
	json_t *parts = json_array();

	for (int i = 0; i < result->parts_count; i++) {
		const struct demo_part *part = &result->parts[i];
		json_array_append_new(
			parts, json_pack("{s:s,s:s,s:s,s:s}", "what", part->what, "bound",
				       part->bound, "measured", part->measured, "verdict",
				       demo_verdict_names[part->verdict]));
	}
	return parts;
}

/* NULL without memory. */
static json_t *json_result(const struct demo *demo, const struct demo_result *result)
{
	json_t *figures = json_array();

	for (int i = 0; i < result->figures_count; i++)
		json_array_append_new(figures, json_figure(&result->figures[i]));
	return json_pack("{s:s,s:s,s:s,s:s,s:f,s:s,s:s,s:s,s:o,s:o,s:s?}", "name", demo->name,
		"group", demo_group_names[demo->group], "sentence", demo->sentence, "explanation",
		demo->explanation, "took_s", result->took_s, "verdict",
		demo_verdict_names[result->verdict], "expected", result->expected, "measured",
		result->measured, "parts", json_parts(result), "figures", figures, "story",
		result->story);
}

int demo_print_json(const struct demo *demo, const struct demo_result *result, FILE *out)
{
	json_t *object = json_result(demo, result);
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	fflush(out);
	free(text);
	return 0;
}

/* One write, so that a line is whole even if two append at once. */
static int append_line(const char *path, const char *text)
{
	char *line;
	int bytes = asprintf(&line, "%s\n", text);

	if (bytes < 0)
		return -ENOMEM;
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int rc = file < 0 ? -errno : 0;
	if (rc == 0) {
		ssize_t written = write(file, line, (size_t)bytes);
		rc = written < 0 ? -errno : written != bytes ? -EIO : 0;
		close(file);
	}
	free(line);
	return rc;
}

int demo_keep(const char *results, const struct demo *demo, const struct demo_result *result)
{
	char path[PATH_MAX], at[24], host[65] = "";
	time_t now = time(NULL);
	struct tm utc;
	json_t *object = json_result(demo, result);

	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	gethostname(host, sizeof(host) - 1);
	int rc = json_object_set_new(object, "at", json_string(at)) == 0 &&
				 json_object_set_new(object, "host", json_string(host)) == 0
			 ? 0
			 : -ENOMEM;
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (rc == 0 && text == NULL)
		rc = -ENOMEM;
	if (rc == 0 && mkdir(results, 0777) != 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0 &&
		(size_t)snprintf(path, sizeof(path), "%s/%s", results, DEMO_KEPT) >= sizeof(path))
		rc = -ENAMETOOLONG;
	if (rc == 0)
		rc = append_line(path, text);
	free(text);
	return rc;
}

static void print_plan(const struct page *page, const struct demo *demo)
{
	const struct claim_test *tests = claim_table_of(demo->name);
	struct claim_cells cells;
	char text[DEMO_TEXT_MAX], bound[DEMO_PART_MAX];

	int bytes = snprintf(text, sizeof(text), "%s (about %.3g s): %s", demo->name, demo->seconds,
		demo->sentence);
	print_wrapped(page, 0, NULL, text, (size_t)bytes);
	if (tests == NULL)
		return;
	for (const struct claim_test *test = tests; test->claim != NULL; test++) {
		if (strcmp(test->claim, demo->name) != 0)
			continue;
		claim_bound_text(test, bound, sizeof(bound));
		snprintf(text, sizeof(text), "%s %s", test->what, bound);
		print_part(page, "bound", text);
	}
	claim_cells_of(&cells, tests, demo->name);
	for (int i = 0; i < cells.count; i++) {
		char cell[DEMO_TEXT_MAX - 64];
		claim_cell_text(cells.cells[i], cell, sizeof(cell));
		if (cells.needs[i] == NEED_COUNT)
			snprintf(text, sizeof(text), "once      %s", cell);
		else
			snprintf(text, sizeof(text), "%d to %d times %s", CLAIM_PAIRS,
				CLAIM_PAIRS_MAX, cell);
		print_part(page, "measures", text);
	}
}

double demo_print_plan(const struct demo *demo, FILE *out)
{
	struct page page;

	if (page_begin(&page, out)) {
		print_plan(&page, demo);
		page_end(&page, out);
	}
	return demo->seconds;
}
