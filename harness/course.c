/*
 * The ledger of a course. See course.h.
 */
#include "harness/course.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool course_fault(const struct course *course, char *text, size_t bytes)
{
	uint64_t answered = 0, lost = 0;

	for (int i = 0; i < course->phases_count; i++) {
		const struct course_phase *phase = &course->phases[i];
		uint64_t became =
			phase->unsent + phase->good + phase->late + phase->shed + phase->lost;

		answered += phase->good + phase->late + phase->shed;
		lost += phase->lost;
		if (became == phase->intended)
			continue;
		snprintf(text, bytes,
			"the requests of \"%s\" do not add up: %" PRIu64 " intended, %" PRIu64
			" told of",
			phase->name, phase->intended, became);
		return true;
	}
	if (course->sent == course->answered + course->lost && course->answered == answered &&
		course->lost == lost)
		return false;
	snprintf(text, bytes,
		"the requests do not add up: %" PRIu64 " sent, %" PRIu64 " answered, %" PRIu64
		" lost; in the phases %" PRIu64 " answered, %" PRIu64 " lost",
		course->sent, course->answered, course->lost, answered, lost);
	return true;
}

bool course_like(const struct course *a, const struct course *b)
{
	bool like = a->phases_count == b->phases_count;

	for (int i = 0; like && i < a->phases_count; i++)
		like = strcmp(a->phases[i].name, b->phases[i].name) == 0 &&
		       a->phases[i].span_ns == b->phases[i].span_ns;
	return like;
}

double course_goodput(const struct course_phase *phase)
{
	return phase->span_ns == 0 ? 0 : (double)phase->good * 1e9 / (double)phase->span_ns;
}
