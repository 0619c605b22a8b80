/*
 * The classic ways to measure wrongly, a row each. What a lie does stands in a file by its subject.
 */
#include "harness/demo/lies.h"

const struct demo demo_lies[] = {
	{"closed-loop", DEMO_LIE, 3.5,
		"a client that waits for its answer leaves out the waiting of all who came "
		"meanwhile",
		"A closed loop sends the next request when the last answer has come. While the "
		"server "
		"stands still it sends nothing, so a stop that every user would have met is a "
		"single "
		"slow request for each connection, far beyond the 99th percentile. Counted from "
		"the "
		"time each request was due, all that came in the stop have waited. This is known "
		"as "
		"coordinated omission.",
		lie_closed_loop},
	{"rss", DEMO_LIE, 0.5,
		"memory by resident set size counts shared pages once for every process",
		"The resident set size of a process contains every page it can reach without a "
		"fault, and a forked child reaches all of its parent's. Summed over the processes, "
		"one page counts as often as it is shared. The proportional set size divides each "
		"page by those who share it, so its sum is what the processes really hold.",
		lie_rss},
	{"same-cpu", DEMO_LIE, 4.0, "a load on the server's own CPU measures the sum of both",
		"A server on one CPU can answer as many requests as fit into its CPU time. With "
		"the "
		"load on the same CPU the time of a request is that of server and load together, "
		"and "
		"what looks like the server's limit is half the generator's.",
		lie_same_cpu},
	{"nagle", DEMO_LIE, 2.0, "a request in two writes waits 40 ms for an acknowledgement",
		"Nagle's algorithm holds a small segment back while an earlier one is not "
		"acknowledged; the receiver delays its acknowledgement by up to 40 ms in the hope "
		"of "
		"sending it with an answer. A request written in two parts meets both, and the "
		"benchmark takes the timer for the server's time. Set TCP_NODELAY, or write once.",
		lie_nagle},
	{"small-backlog", DEMO_LIE, 1.5,
		"connections that find the accept queue full try again after a second",
		"listen() says how many connections may wait to be accepted. Beyond that the "
		"kernel "
		"drops the request to connect without a word, and the client sends it again after "
		"1 s, "
		"then 2 s. A burst of clients then shows seconds that neither side spent on "
		"anything.",
		lie_small_backlog},
	{"cold-start", DEMO_LIE, 0.5, "the first pass pays for what all later ones find ready",
		"Memory that was never written has no pages yet, a cache is empty, a thread's "
		"stack is "
		"not mapped, a function not bound. Timing from the start of the program charges "
		"the "
		"operation with all of that, the more the shorter the measurement. Rounds are "
		"discarded until they are steady; what starting costs is a figure of its own.",
		lie_cold_start},
	{"mean-of-percentiles", DEMO_LIE, 0.1,
		"averaging the percentiles of intervals hides the bad ones",
		"A percentile is a rank among samples. The mean of ten intervals' percentiles "
		"weighs "
		"nine quiet intervals like one bad one, although the bad one holds all the slow "
		"requests. Percentiles come from the merged samples or histograms.",
		lie_mean_of_percentiles},
	{"unequal-work", DEMO_LIE, 0.5, "who does half the work is twice as fast",
		"Two programs are compared by the operations they say they did. If one of them "
		"skips "
		"some, answers errors, or reads less of each message, it wins. Operations, bytes "
		"and a "
		"checksum over the results must be equal before a rate may be compared.",
		lie_unequal_work},
	{0},
};
