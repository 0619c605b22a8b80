#include "harness/advise/axes.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/advise/crossover.h"
#include "harness/params.h"
#include "harness/report/number.h"

enum { RATE, WAIT, COMPUTE, CONNECTIONS, FACTOR = 4, HALVINGS = 2, LEAST_NS = 1000000 };

const char *const axis_names[AXES] = {"rate", "wait", "compute", "connections"};

/* Beyond that a queue decides, not the model; and near enough to stop halving. */
static const double busy_at_most = 0.85, near_enough = 1.5;

int64_t axis_value(const struct request *request, int axis)
{
	const int64_t values[AXES] = {request->rate, (int64_t)request->wait_ns,
		(int64_t)request->compute_ns, request->concurrency};

	return values[axis];
}

/* The request with another value on an axis; its connections follow unless they were given. */
static struct request moved(const struct axes_look *look, int axis, int64_t value)
{
	struct request request = *look->request;
	struct request_facts facts;

	if (axis == RATE)
		request.rate = value;
	else if (axis == WAIT)
		request.wait_ns = (uint64_t)value;
	else if (axis == COMPUTE)
		request.compute_ns = (uint64_t)value;
	else
		request.concurrency = value;
	if (axis == CONNECTIONS || look->connections_given)
		return request;
	struct request alone = request;
	alone.concurrency = 0;
	request_examine(&alone, look->cpus, &facts);
	request.concurrency = facts.share.concurrency * facts.replicas;
	return request;
}

/* How far to look. */
static int64_t farthest(const struct axes_look *look, int axis, bool up)
{
	int64_t value = axis_value(look->request, axis);
	double most = INFINITY;

	if (value == 0)
		return up ? LEAST_NS : 0;
	if (!up)
		return value / FACTOR;
	if (axis == RATE)
		most = busy_at_most * look->cpus * 1e9 / look->cpu_ns;
	if (axis == COMPUTE) /* what is not computation stays */
		most = busy_at_most * look->cpus * 1e9 / (double)look->request->rate -
		       (look->cpu_ns - (double)look->request->compute_ns);
	return most < (double)value * FACTOR ? (int64_t)most : value * FACTOR;
}

static struct row *row_of(const struct choice *choice, const char *model)
{
	const struct candidate *candidate = choice_of(choice, model);

	return candidate == NULL || candidate->unfit != FIT ? NULL : (struct row *)candidate->row;
}

/* Of those that fit, the cheapest that is surely cheaper than the chosen one. */
static void judge(struct axis_side *side, const struct choice *choice, const char *chosen)
{
	const struct row *own = row_of(choice, chosen);
	int least = choice_cheapest(choice);

	side->ratio = (struct interval){.middle = NAN, .low = NAN, .high = NAN};
	side->other = NULL;
	side->end = AXIS_SAME;
	if (own == NULL) {
		side->end = least < 0 ? AXIS_NONE_FITS : AXIS_CHANGES;
		const struct model *model =
			least < 0 ? NULL : model_find(choice->candidates[least].row->model);
		side->other = model == NULL ? NULL : model->name;
		return;
	}
	for (int i = 0; i < choice->count; i++) {
		const struct candidate *candidate = &choice->candidates[i];
		if (candidate->unfit != FIT || candidate->row == own)
			continue;
		struct interval ratio = row_cpu_ratio(candidate->row, own, 0.95);
		if (ratio.coverage < 0.9 || ratio.high >= 1 ||
			(side->end == AXIS_CHANGES && ratio.middle >= side->ratio.middle))
			continue;
		/* of the table of models, which outlives the trial */
		const struct model *model = model_find(candidate->row->model);
		side->end = AXIS_CHANGES;
		side->ratio = ratio;
		side->other = model == NULL ? NULL : model->name;
	}
}

/* The chosen one and the rivals at one value. */
static int measure_at(const struct axes_look *look, int axis, int64_t value, struct axis_side *side,
	char *error, size_t error_bytes)
{
	char names[AXIS_RIVALS_MAX + 1][2 * RECORD_NAME_MAX], concurrency[32];
	char *selectors[AXIS_RIVALS_MAX + 1];
	struct sweep sweeps[REQUEST_SWEEPS];
	struct request request = moved(look, axis, value);
	struct choice choice;
	struct trial trial;

	for (int i = 0; i <= look->rivals_count; i++) {
		snprintf(names[i], sizeof(names[i]), "%s/%s", look->workload,
			i == 0 ? look->chosen : look->rivals[i - 1]);
		selectors[i] = names[i];
	}
	request_params(&request, sweeps, concurrency, sizeof(concurrency));
	int rc = trial_run(&trial, look->world, selectors, look->rivals_count + 1, sweeps,
		REQUEST_SWEEPS, concurrency, error, error_bytes);
	const struct group_rows *group = rc == 0 ? trial_group(&trial) : NULL;
	if (group != NULL) {
		choice_make(&choice, group, &request);
		judge(side, &choice, look->chosen);
	} else if (rc == 0) {
		side->end = AXIS_NO_DATA;
	}
	trial_free(&trial);
	return rc;
}

/* Between a value where the answer is the same and one where another is better. */
static int narrow(const struct axes_look *look, int axis, struct axis_side *side, char *error,
	size_t error_bytes)
{
	struct axes_look two = *look;
	int rc = 0;

	two.rivals[0] = side->other;
	two.rivals_count = 1;
	for (int i = 0; i < HALVINGS && rc == 0; i++) {
		int64_t low = side->same_to < side->at ? side->same_to : side->at;
		int64_t high = side->same_to < side->at ? side->at : side->same_to;
		int64_t middle = crossover_middle(low, high);
		if (middle == low || (double)high < near_enough * (double)low)
			break;
		struct axis_side there = *side;
		rc = measure_at(&two, axis, middle, &there, error, error_bytes);
		if (rc == 0 && there.end == AXIS_CHANGES) {
			side->at = middle;
			side->ratio = there.ratio;
		} else if (rc == 0 && there.end == AXIS_SAME) {
			side->same_to = middle;
		} else {
			break;
		}
	}
	return rc;
}

int axes_measure(const struct axes_look *look, int axis, bool up, struct axis_side *side,
	char *error, size_t error_bytes)
{
	int64_t value = axis_value(look->request, axis), far = farthest(look, axis, up);
	struct request_facts facts;

	*side = (struct axis_side){.end = AXIS_NO_DATA, .same_to = value, .at = far};
	/* an eighth more or less is no other request */
	if (far < 1 || (up ? 8 * far < 9 * value : 9 * far > 8 * value))
		return 0;
	struct request there = moved(look, axis, far);
	request_examine(&there, look->cpus, &facts);
	if (!facts.feasible) {
		side->end = AXIS_INFEASIBLE;
		memcpy(side->reason, facts.reason, sizeof(side->reason));
		return 0;
	}
	int rc = measure_at(look, axis, far, side, error, error_bytes);
	if (rc == -EINVAL) { /* beyond what the workload can be asked for */
		side->end = AXIS_NO_DATA;
		return 0;
	}
	if (rc == 0 && side->end == AXIS_SAME)
		side->same_to = far;
	if (rc == 0 && side->end == AXIS_CHANGES && side->other != NULL)
		rc = narrow(look, axis, side, error, error_bytes);
	return rc;
}

/* Equal in all parameters but one, measured on the same CPUs? */
static bool differ_in(const struct record *a, const struct record *b, const char *name)
{
	if (strcmp(a->workload, b->workload) != 0 ||
		strcmp(a->place.sut_cpus, b->place.sut_cpus) != 0)
		return false;
	for (int i = 0; i < a->params_count; i++)
		if (strcmp(a->params[i].name, name) != 0 &&
			strcmp(a->params[i].name, "calibration") != 0 &&
			record_param_value(b, a->params[i].name, a->params[i].value - 1) !=
				a->params[i].value)
			return false;
	return true;
}

/* Of a table without a rate: up to the one that the chosen model reached, and who reached more. */
static void look_at_reached(const struct group_rows *group, const struct request *request,
	const char *chosen, bool up, struct axis_side *side)
{
	const struct row *own = trial_row(group, chosen), *best = NULL;

	*side = (struct axis_side){
		.end = AXIS_NO_DATA, .same_to = request->rate, .at = request->rate};
	side->ratio = (struct interval){.middle = NAN, .low = NAN, .high = NAN};
	if (!up || own == NULL || own->rate.n == 0 || own->rate.middle < (double)request->rate)
		return;
	side->same_to = (int64_t)own->rate.middle;
	side->at = side->same_to + 1;
	side->end = AXIS_NONE_FITS;
	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		struct interval ratio = row->status == STATUS_OK && row != own
						? row_ratio(row, own, true)
						: side->ratio;
		if (ratio.n > 0 && ratio.coverage >= 0.9 && ratio.low > 1 &&
			(best == NULL || row->rate.middle > best->rate.middle))
			best = row;
	}
	const struct model *model = best == NULL ? NULL : model_find(best->model);
	if (model != NULL) {
		side->end = AXIS_CHANGES;
		side->other = model->name;
	}
}

void axes_stored(const struct report *report, const struct group_rows *group,
	const struct request *request, const char *chosen, int axis, bool up,
	struct axis_side *side)
{
	const char *name = axis == CONNECTIONS ? group->facts->concurrency : axis_names[axis];
	int64_t own = record_param_value(group->sample, name, 0), last = own;

	*side = (struct axis_side){.end = AXIS_NO_DATA, .same_to = own, .at = own};
	if (axis == RATE && own == 0) {
		look_at_reached(group, request, chosen, up, side);
		return;
	}
	for (;;) {
		const struct group_rows *next = NULL;
		int64_t nearest = last;
		for (int i = 0; i < report->groups.count; i++) {
			const struct group_rows *other = &report->groups.groups[i];
			int64_t value = record_param_value(other->sample, name, own);
			if (other->kind != KIND_TIME || (up ? value <= last : value >= last) ||
				!differ_in(group->sample, other->sample, name))
				continue;
			if (next == NULL || (up ? value < nearest : value > nearest)) {
				next = other;
				nearest = value;
			}
		}
		if (next == NULL)
			return;
		struct choice choice;
		struct request there = *request;
		if (axis == RATE)
			there.rate = nearest;
		choice_make(&choice, next, &there);
		judge(side, &choice, chosen);
		side->at = nearest;
		if (side->end != AXIS_SAME)
			return;
		side->same_to = last = nearest;
	}
}

static void format_value(int axis, int64_t value, char *text, size_t bytes)
{
	if (axis == WAIT || axis == COMPUTE)
		duration_format((uint64_t)value, text, bytes);
	else
		snprintf(text, bytes, "%" PRId64, value);
}

static void write_side(
	const struct writer *writer, int axis, const char *chosen, const struct axis_side *side)
{
	char same[PARAM_TEXT_MAX], at[PARAM_TEXT_MAX], ratio[NUMBER_MAX];

	format_value(axis, side->same_to, same, sizeof(same));
	format_value(axis, side->at, at, sizeof(at));
	number_interval(ratio, sizeof(ratio), &side->ratio, UNIT_PLAIN);
	if (side->end == AXIS_CHANGES && side->ratio.n > 0)
		write_note(writer, "%s: between %s and %s; at %s %s takes %s times the CPU of %s",
			axis_names[axis], same, at, at, side->other, ratio, chosen);
	else if (side->end == AXIS_CHANGES)
		write_note(writer,
			"%s: between %s and %s; at %s %s does not keep the rate and the bounds, %s "
			"does",
			axis_names[axis], same, at, at, chosen, side->other);
	else if (side->end == AXIS_NONE_FITS)
		write_note(writer,
			"%s: between %s and %s; at %s none of them keeps the rate and "
			"the bounds",
			axis_names[axis], same, at, at);
	else if (side->end == AXIS_INFEASIBLE)
		write_note(writer, "%s: at %s arithmetic forbids it: %s", axis_names[axis], at,
			side->reason);
}

void axes_write(const struct writer *writer, int axis, const char *chosen,
	const struct axis_side *down, const struct axis_side *up)
{
	char low[PARAM_TEXT_MAX], high[PARAM_TEXT_MAX];

	format_value(axis, down->same_to, low, sizeof(low));
	format_value(axis, up->same_to, high, sizeof(high));
	if (down->end == AXIS_NO_DATA && up->end == AXIS_NO_DATA)
		write_note(writer, "%s: no other value was measured", axis_names[axis]);
	else if (down->same_to != up->same_to)
		write_note(writer, "%s: the answer is the same from %s to %s", axis_names[axis],
			low, high);
	write_side(writer, axis, chosen, down);
	write_side(writer, axis, chosen, up);
}
