/*
 * The order of a plan's invocations; see plan.h.
 */
#include "harness/run/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/run/random.h"

/* A permutation of the group's cells, then its mirror. */
static void add_unit(struct run_plan *plan, uint64_t *random, int group, int block)
{
	const struct group *g = &plan->groups[group];
	int order[MODELS_MAX];

	for (int i = 0; i < g->count; i++)
		order[i] = i;
	random_shuffle(random, order, g->count);
	for (int slot = 0; slot < g->count * (g->mirror ? 2 : 1); slot++) {
		int i = slot < g->count ? slot : 2 * g->count - 1 - slot;
		plan->steps[plan->steps_count++] = (struct step){
			.cell = g->first + order[i], .group = group, .block = block, .slot = slot};
	}
}

/* The wanted cells of a group, in random order. */
static void add_wanted(
	struct run_plan *plan, const bool *wanted, uint64_t *random, int group, int block)
{
	const struct group *g = &plan->groups[group];
	int order[MODELS_MAX], count = 0;

	for (int i = 0; i < g->count; i++)
		if (wanted[g->first + i])
			order[count++] = g->first + i;
	random_shuffle(random, order, count);
	for (int slot = 0; slot < count; slot++)
		plan->steps[plan->steps_count++] = (struct step){
			.cell = order[slot], .group = group, .block = block, .slot = slot};
}

int schedule_make(struct run_plan *plan)
{
	uint64_t random = plan->seed;
	size_t steps = 0;
	int blocks = 0;

	for (int i = 0; i < plan->groups_count; i++) {
		const struct group *g = &plan->groups[i];
		steps += (size_t)g->count * (size_t)g->blocks * (g->mirror ? 2 : 1);
		blocks = g->blocks > blocks ? g->blocks : blocks;
	}
	int *order = calloc((size_t)plan->groups_count + 1, sizeof(*order));
	plan->steps = calloc(steps + 1, sizeof(*plan->steps));
	if (order == NULL || plan->steps == NULL) {
		free(order);
		return -ENOMEM;
	}
	for (int block = 0; block < blocks; block++) {
		for (int i = 0; i < plan->groups_count; i++)
			order[i] = i;
		random_shuffle(&random, order, plan->groups_count);
		/* memory last: it leaves slab behind, and a budget that is too small costs memory's
		   blocks, not those of time */
		for (int kind = 0; kind < KINDS; kind++)
			for (int i = 0; i < plan->groups_count; i++)
				if (plan->groups[order[i]].blocks > block &&
					plan->cells[plan->groups[order[i]].first].kind ==
						(enum kind)kind)
					add_unit(plan, &random, order[i], block);
	}
	free(order);
	return 0;
}

int schedule_more(struct run_plan *plan, const bool *wanted, int block, uint64_t *random)
{
	size_t room = (size_t)plan->steps_count + (size_t)plan->cells_count;
	int *order = calloc((size_t)plan->groups_count + 1, sizeof(*order));
	struct step *steps = realloc(plan->steps, (room + 1) * sizeof(*steps));
	int before = plan->steps_count;

	if (steps != NULL)
		plan->steps = steps;
	if (order == NULL || steps == NULL) {
		free(order);
		return -ENOMEM;
	}
	for (int i = 0; i < plan->groups_count; i++)
		order[i] = i;
	random_shuffle(random, order, plan->groups_count);
	for (int i = 0; i < plan->groups_count; i++)
		add_wanted(plan, wanted, random, order[i], block);
	free(order);
	return plan->steps_count - before;
}

int plan_unit_end(const struct run_plan *plan, int from)
{
	int end = from;

	while (end < plan->steps_count && plan->steps[end].group == plan->steps[from].group &&
		plan->steps[end].block == plan->steps[from].block)
		end++;
	return end;
}
