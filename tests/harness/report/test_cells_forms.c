/*
 * Every kind of table of the reference run (a workload's, why, the matrix, where memory lies, what
 * further CPUs give) has the same cells in the same order in HTML, Markdown, tab-separated values
 * and on a wide terminal.
 */
#include "tests/harness/report/cells.h"

/* The next text between > and <, tags skipped; entities back to characters. */
static const char *next_cell(const char *at, const char *begin, const char *end, char *cell)
{
	size_t used = 0;

	at = strstr(at, begin);
	if (at == NULL)
		return NULL;
	const char *stop = strstr(at, end);
	bool tag = true; /* of the cell itself */
	for (at++; at < stop && used + 1 < TEXT_MAX; at++) {
		if (*at == '<' || *at == '>')
			tag = *at == '<';
		else if (!tag && strncmp(at, "&#39;", 5) == 0)
			cell[used++] = '\'', at += 4;
		else if (!tag)
			cell[used++] = *at;
	}
	cell[used] = '\0';
	return stop;
}

/* All cells of all tables in reading order, one a line; empty ones too. */
static char *cells_of_html(const char *html)
{
	char *list = NULL, cell[TEXT_MAX];
	size_t bytes = 0;
	FILE *out = open_memstream(&list, &bytes);

	for (const char *head = strstr(html, "<thead"); head != NULL;) {
		const char *at = head, *end = strstr(head, "</table>");
		while (at != NULL && at < end) {
			const char *th = strstr(at, "<th "), *td = strstr(at, "<td ");
			if (th != NULL && (td == NULL || th < td))
				at = next_cell(at, "<th ", "</th>", cell);
			else
				at = td == NULL ? NULL : next_cell(at, "<td ", "</td>", cell);
			if (at != NULL && at < end)
				fprintf(out, "%s\n", cell);
		}
		head = strstr(end, "<thead");
	}
	fclose(out);
	return list;
}

static char *cells_of_lines(char *text, char by)
{
	static char cells[CELLS_MAX][TEXT_MAX];
	char *list = NULL, *rest = text, *line;
	size_t bytes = 0;
	FILE *out = open_memstream(&list, &bytes);

	while ((line = strsep(&rest, "\n")) != NULL) {
		bool bar = by == '|';
		if (line[0] == '\0' || line[0] == '#' ||
			(bar && (line[0] != '|' || line[2] == ':')))
			continue;
		int count = split(line, by, cells);
		for (int i = bar; i < count - bar; i++)
			fprintf(out, "%s\n", cells[i]);
	}
	fclose(out);
	return list;
}

static int draw_why(const struct writer *writer, const struct group_rows *group)
{
	return why_write(writer, group);
}

static int draw_matrix(const struct writer *writer, const struct group_rows *group)
{
	(void)group;
	return matrix_write(writer, &report);
}

static int draw_breakdown(const struct writer *writer, const struct group_rows *group)
{
	(void)group;
	return breakdown_write(writer, &report);
}

static int draw_scaling(const struct writer *writer, const struct group_rows *group)
{
	(void)group;
	return scaling_write(writer, &report);
}

/* On the terminal numbers stand between blanks: each cell is found behind the one before. */
static void find_on_terminal(const char *terminal, const char *cells)
{
	char *list = strdup(cells), *rest = list, *cell;
	const char *at = terminal;

	while ((cell = strsep(&rest, "\n")) != NULL) {
		if (cell[0] == '\0')
			continue;
		const char *found = strstr(at, cell);
		ck_assert_msg(found != NULL, "'%s' is not on the terminal", cell);
		at = found + strlen(cell);
	}
	free(list);
}

/* How many bytes of cells were compared. */
static size_t compare_forms(draw_fn *draws, const struct group_rows *group)
{
	char *html = draw(draws, group, WRITER_HTML),
	     *markdown = draw(draws, group, WRITER_MARKDOWN);
	char *tsv = draw(draws, group, WRITER_TSV), *terminal = draw(draws, group, WRITER_TERMINAL);
	char *of_html = cells_of_html(html), *of_markdown = cells_of_lines(markdown, '|');
	char *of_tsv = cells_of_lines(tsv, '\t');
	size_t bytes = strlen(of_tsv);

	ck_assert_str_eq(of_html, of_tsv);
	ck_assert_str_eq(of_markdown, of_tsv);
	find_on_terminal(terminal, of_tsv);
	free(html);
	free(markdown);
	free(tsv);
	free(terminal);
	free(of_html);
	free(of_markdown);
	free(of_tsv);
	return bytes;
}

START_TEST(a_workloads_tables_have_the_same_cells_in_every_form)
{
	read_run(_i);
	for (int i = 0; i < report.groups.count; i++) {
		const struct group_rows *group = &report.groups.groups[i];
		if (group->kind != KIND_TIME)
			continue;
		ck_assert_uint_gt(compare_forms(draw_table, group), 100);
		ck_assert_uint_gt(compare_forms(draw_why, group), 100);
	}
	release();
}
END_TEST

START_TEST(tables_of_the_whole_run_have_the_same_cells_in_every_form)
{
	read_run(_i);
	ck_assert_uint_gt(compare_forms(draw_matrix, NULL), 400);
	ck_assert_uint_gt(compare_forms(draw_breakdown, NULL), 100);
	compare_forms(draw_scaling, NULL); /* the run has one number of CPUs: then nothing */
	release();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cells in all forms");
	TCase *c = tcase_create("cells in all forms");

	tcase_set_timeout(c, 30);
	tcase_add_loop_test(c, a_workloads_tables_have_the_same_cells_in_every_form, 0, RUNS);
	tcase_add_loop_test(c, tables_of_the_whole_run_have_the_same_cells_in_every_form, 0, RUNS);
	suite_add_tcase(s, c);
	return s;
}
