/*
 * The classic ways to measure wrongly, a row each. What a lie does stands in a file by its subject.
 */
#include "harness/demo/lies.h"

const struct demo demo_lies[] = {
	{"rss", DEMO_LIE, 0.5,
		"memory by resident set size counts shared pages once for every process",
		"The resident set size of a process contains every page it can reach without a "
		"fault, and a forked child reaches all of its parent's. Summed over the processes, "
		"one page counts as often as it is shared. The proportional set size divides each "
		"page by those who share it, so its sum is what the processes really hold.",
		lie_rss},
	{"mean-of-percentiles", DEMO_LIE, 0.1,
		"averaging the percentiles of intervals hides the bad ones",
		"A percentile is a rank among samples. The mean of ten intervals' percentiles "
		"weighs "
		"nine quiet intervals like one bad one, although the bad one holds all the slow "
		"requests. Percentiles come from the merged samples or histograms.",
		lie_mean_of_percentiles},
	{0},
};
