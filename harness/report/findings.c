#include "harness/report/findings.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/number.h"

enum { NAMED_MAX = 3, CANDIDATES_MAX = 6 };

/* Families are told apart by the table of models; a stranger is a family of its own. */
static int family_of(const char *name)
{
	const struct model *model = model_find(name);

	if (model == NULL)
		return -1;
	return model->kind == MODEL_INLINE ? FAMILIES : (int)model->family;
}

/* A task of its own for everything: no pool. */
static bool is_plain(const char *name)
{
	const struct model *model = model_find(name);

	return model != NULL && model->kind == MODEL_PER_TASK;
}

static double leading(const struct group_rows *group, const struct row *row)
{
	return group->by_rate ? row->rate.middle : 1 / row->round_ns.middle;
}

static double task_bytes(const struct row *row)
{
	return row->status == STATUS_OK ? row->user_bytes.middle + row->kernel_bytes.middle : NAN;
}

typedef double merit_fn(const struct group_rows *group, const struct row *row);

static double frugality(const struct group_rows *group, const struct row *row)
{
	(void)group;
	return 1 / task_bytes(row);
}

/* The best row of each family, the best family first; how many there are. */
static int champions(const struct group_rows *group, merit_fn *merit, const struct row **best)
{
	int count = 0;

	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		int at = 0, family = family_of(row->model);
		if (row->status != STATUS_OK || !isfinite(merit(group, row)))
			continue;
		while (at < count && (family < 0 || family_of(best[at]->model) != family))
			at++;
		if (at == count && count == CANDIDATES_MAX)
			continue;
		/* where a pool is hardly better, the plain model speaks for the family */
		bool plain = at < count && is_plain(best[at]->model) && !is_plain(row->model);
		if (at == count)
			count++;
		else if (merit(group, best[at]) * (plain ? 1.1 : 1) >= merit(group, row))
			continue;
		for (; at > 0 && merit(group, best[at - 1]) < merit(group, row); at--)
			best[at] = best[at - 1];
		best[at] = row;
	}
	return count;
}

static size_t __attribute__((format(printf, 4, 5)))
add(char *text, size_t bytes, size_t end, const char *format, ...)
{
	va_list arguments;

	if (end >= bytes)
		return end;
	va_start(arguments, format);
	int length = vsnprintf(text + end, bytes - end, format, arguments);
	va_end(arguments);
	return end + (size_t)length;
}

/* "threads reaches 0.69 [0.63–0.78] of it, processes 0.53 [0.45–0.65]"; what is not separated is
   said so. */
static size_t add_others(const struct group_rows *group, const struct row *const *best, int count,
	char *text, size_t bytes, size_t end)
{
	int named = 0;

	for (int i = 0; i < count && named < NAMED_MAX; i++) {
		char ratio[NUMBER_MAX];
		if (row_standing(group, best[i]) != STANDING_APART)
			continue;
		number_interval(ratio, sizeof(ratio), &best[i]->ratio, UNIT_PLAIN);
		end = add(text, bytes, end, "%s%s%s %s%s", named == 0 ? "; " : ", ", best[i]->model,
			named == 0 ? " reaches" : "", ratio, named == 0 ? " of it" : "");
		named++;
	}
	for (int i = 0; i < count; i++)
		if (row_standing(group, best[i]) == STANDING_CLOSE)
			end = add(
				text, bytes, end, "; %s is not separated from it", best[i]->model);
	return end;
}

static void title(
	const struct report *report, const struct group_rows *group, char *text, size_t bytes)
{
	char sweep[120] = "", cpus[48];

	if (report != NULL)
		group_sweep(report->session, group, sweep, sizeof(sweep));
	group_cpus(group, cpus, sizeof(cpus));
	snprintf(text, bytes, "%s%s (%s)", group->facts->name, sweep, cpus);
}

static bool any(const struct group_rows *group, enum standing standing)
{
	for (int i = 0; i < group->rows_count; i++)
		if (row_standing(group, &group->rows[i]) == standing)
			return true;
	return false;
}

void finding_of_group(const struct group_rows *group, char *text, size_t bytes)
{
	const struct row *best[CANDIDATES_MAX];
	int count = champions(group, leading, best);
	char figure[NUMBER_MAX];
	size_t end = 0;

	text[0] = '\0';
	if (group->best < 0 || count < 2)
		return;
	const struct row *first = &group->rows[group->best];
	if (!any(group, STANDING_APART)) {
		/* too few pairs say nothing, not even that */
		if (any(group, STANDING_CLOSE))
			add(text, bytes, end, "no model is separated from the best, %s",
				first->model);
		return;
	}
	number_middle(figure, sizeof(figure), group->by_rate ? &first->rate : &first->round_ns,
		group->by_rate ? UNIT_RATE : UNIT_DURATION);
	end = add(text, bytes, end, "%s is the fastest with %s%s", first->model, figure,
		group->by_rate ? " operations/s" : " a round");
	add_others(group, best, count, text, bytes, end);
}

/* "a task that waits takes 4.1 KiB with async, 7.6 times that with threads, …" */
static double finding_of_memory(const struct group_rows *group, char *text, size_t bytes)
{
	const struct row *best[CANDIDATES_MAX];
	int count = group->facts->rate ? 0 : champions(group, frugality, best);
	char figure[NUMBER_MAX];
	size_t end = 0;

	text[0] = '\0';
	if (count < 2)
		return 0;
	double least = task_bytes(best[0]), most = least;
	number_format(figure, sizeof(figure), least, UNIT_BYTES, 2);
	end = add(text, bytes, end, "a waiting task takes %s with %s", figure, best[0]->model);
	for (int i = 1; i < count && i <= NAMED_MAX; i++) {
		number_format(figure, sizeof(figure), task_bytes(best[i]) / least, UNIT_PLAIN, 2);
		end = add(text, bytes, end, ", %s times that with %s", figure, best[i]->model);
		most = task_bytes(best[i]);
	}
	add(text, bytes, end, " (user and kernel side)");
	return log(most / least);
}

/* How much a reader can do with the finding on a group: how far behind the last family is, weighed
   by how near the kind of workload is to a decision. */
static double usefulness(const struct group_rows *group)
{
	static const struct {
		const char *kind;
		double weight;
	} weights[] = {{"I/O", 2}, {"mixed", 2}, {"CPU", 2}, {"primitive", 0.2}};
	const struct row *best[CANDIDATES_MAX];
	int count = champions(group, leading, best);
	double weight = 1, distance = 0;

	if (group->best < 0 || count < 2)
		return 0;
	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
		if (strcmp(weights[i].kind, group->facts->kind) == 0)
			weight = weights[i].weight;
	/* a gap of more than four times is no more of a decision than one of four times */
	for (int i = 0; i < count; i++)
		if (row_standing(group, best[i]) == STANDING_APART &&
			family_of(best[i]->model) != FAMILIES)
			distance = fmax(distance, fmin(-log(best[i]->ratio.middle), log(4)));
	return weight * (0.02 + distance);
}

const struct row *finding_outrun(const struct group_rows *group)
{
	const struct row *best[CANDIDATES_MAX];
	int count = champions(group, leading, best);

	for (int i = 0; i < count; i++)
		if (row_standing(group, best[i]) == STANDING_APART &&
			family_of(best[i]->model) != FAMILIES)
			return best[i];
	return NULL;
}

struct candidate {
	const char *kind;
	double score;
	char text[FINDING_BYTES];
};

/* Keeps the best of each kind, in order. */
static void consider(struct candidate *list, int *count, const struct candidate *candidate)
{
	int at = 0;

	while (at < *count && strcmp(list[at].kind, candidate->kind) != 0)
		at++;
	if (candidate->score <= 0 || (at == *count && *count == CANDIDATES_MAX) ||
		(at < *count && list[at].score >= candidate->score))
		return;
	*count += at == *count;
	for (; at > 0 && list[at - 1].score < candidate->score; at--)
		list[at] = list[at - 1];
	list[at] = *candidate;
}

void findings_make(struct findings *findings, const struct report *report)
{
	struct candidate list[CANDIDATES_MAX];
	int count = 0;

	findings->count = 0;
	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		struct candidate candidate = {.kind = group->facts->kind};
		char name[200], text[FINDING_BYTES], why[FINDING_BYTES];
		if (group->kind != KIND_TIME)
			continue;
		title(report, group, name, sizeof(name));
		finding_of_group(group, text, sizeof(text));
		candidate.score = text[0] == '\0' ? 0 : usefulness(group);
		const struct row *rival = finding_outrun(group);
		why[0] = '\0';
		if (rival != NULL)
			finding_why(group, rival, why, sizeof(why));
		why[0] = (char)toupper((unsigned char)why[0]);
		snprintf(candidate.text, sizeof(candidate.text), "%.100s: %.400s.%s%.250s%s", name,
			text, why[0] == '\0' ? "" : " ", why, why[0] == '\0' ? "" : ".");
		consider(list, &count, &candidate);
		candidate.kind = "memory";
		candidate.score = finding_of_memory(group, text, sizeof(text));
		snprintf(candidate.text, sizeof(candidate.text), "%.100s: %.280s.", name, text);
		consider(list, &count, &candidate);
	}
	for (int i = 0; i < count && i < FINDINGS_MAX; i++)
		memcpy(findings->text[findings->count++], list[i].text, FINDING_BYTES);
}

void findings_print(const struct writer *writer, const struct report *report)
{
	struct findings findings;

	findings_make(&findings, report);
	if (findings.count > 0)
		write_heading(writer, "What this run says");
	for (int i = 0; i < findings.count; i++)
		write_note(writer, "%s", findings.text[i]);
}
