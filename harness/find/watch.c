/*
 * The time of a search: see watch.h.
 */
#include "harness/find/watch.h"

static const double slower = 1.5;
static const uint64_t second_ns = 1000000000u;

void watch_note(struct watch *watch, int64_t tasks, uint64_t took_ns)
{
	if (watch->first_ns == 0)
		watch->first_ns = took_ns;
	watch->step_ns = took_ns;
	watch->step_tasks = tasks;
}

int64_t watch_fit(const struct watch *watch, uint64_t now_ns, int64_t next)
{
	if (watch->until_ns == 0)
		return next;
	if (now_ns + watch->first_ns >= watch->until_ns)
		return 0;
	double anyway_ns = (double)watch->first_ns;
	double left_ns = (double)(watch->until_ns - now_ns) - anyway_ns;
	double tasks_ns = (double)watch->step_ns - anyway_ns;
	/* a step that is hardly longer than the first says only that its tasks are cheap */
	if (tasks_ns < anyway_ns / 2)
		tasks_ns = anyway_ns / 2;
	double fit = (double)watch->step_tasks * left_ns / (slower * tasks_ns + 1);
	if (fit >= (double)next)
		return next;
	return fit >= 1.5 * (double)watch->step_tasks ? (int64_t)fit : 0;
}

bool watch_has_time(const struct watch *watch, uint64_t now_ns, int64_t tasks)
{
	double ns = (double)watch->step_ns;

	if (tasks > watch->step_tasks)
		ns = ns * (double)tasks / (double)watch->step_tasks;
	return watch->until_ns == 0 || (double)now_ns + ns < (double)watch->until_ns;
}

uint64_t watch_share_ns(uint64_t left_ns, int own_s, int later_s)
{
	uint64_t later_ns = (uint64_t)later_s * second_ns;
	uint64_t part_ns = own_s > 0 ? left_ns / (uint64_t)(own_s + later_s) * (uint64_t)own_s : 0;
	uint64_t spare_ns = left_ns > later_ns ? left_ns - later_ns : 0;

	return (spare_ns > part_ns ? spare_ns : part_ns) + 1;
}
