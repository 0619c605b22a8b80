#include "harness/compare/exchange.h"

#include <math.h>
#include <string.h>

enum { ANNOTATIONS_MAX = 9, MESSAGE_BYTES = 400 };

static void xml_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '<')
			fputs("&lt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c >= 0x20)
			fputc(c, out);
		else
			fputc(' ', out); /* most control characters may not stand in XML at all */
	}
}

/* "+11.2 % [+10.1, +12.3], 20 quads; could see +2.6 %" */
static void describe(const struct finding *finding, char *text, size_t bytes)
{
	const char *unit = finding->ratio ? "%" : "pt";
	size_t end = (size_t)snprintf(text, bytes, "%+.1f %s [%+.1f, %+.1f], %d quads",
		100 * finding->change.middle, unit, 100 * finding->change.low,
		100 * finding->change.high, finding->n);

	if (finding->lost > verdict_blind && finding->verdict == VERDICT_INCONCLUSIVE)
		snprintf(text + end, bytes - end,
			"; %.0f %% of the time goes to pauses without any change, one more could "
			"hide",
			100 * finding->lost);
	else if (isinf(finding->detectable))
		snprintf(text + end, bytes - end, "; too few to see any change");
	else
		snprintf(text + end, bytes - end, "; could see %+.1f %s or more",
			100 * finding->detectable, unit);
}

static void junit_case(FILE *out, const char *benchmark, const char *metric)
{
	fputs("  <testcase classname=\"", out);
	xml_text(out, benchmark);
	fprintf(out, "\" name=\"%s\"", metric);
}

static void junit_finding(
	const struct compared *benchmark, int metric, bool contaminated, FILE *out)
{
	const struct finding *finding = &benchmark->findings[metric];
	char text[MESSAGE_BYTES];
	const char *element = contaminated                               ? "error"
			      : finding->verdict == VERDICT_REGRESSED    ? "failure"
			      : finding->verdict == VERDICT_INCONCLUSIVE ? "skipped"
									 : NULL;

	describe(finding, text, sizeof(text));
	junit_case(out, benchmark->name, metric_facts[metric].name);
	if (element == NULL) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, "><%s message=\"%s: ", element,
		contaminated ? "CONTAMINATED" : verdict_names[finding->verdict]);
	xml_text(out, text);
	fprintf(out, "\"/></testcase>\n");
}

void exchange_junit(const struct comparison *comparison, FILE *out)
{
	struct comparison_summary summary = comparison_summarize(comparison);
	int tests =
		summary.regressed + summary.inconclusive + summary.equivalent + summary.improved;
	bool contaminated = comparison->contaminated;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	fprintf(out,
		"<testsuite name=\"concbench compare\" tests=\"%d\" failures=\"%d\" "
		"skipped=\"%d\" errors=\"%d\">\n",
		tests + summary.failed, contaminated ? 0 : summary.regressed,
		contaminated ? 0 : summary.inconclusive,
		summary.failed + (contaminated ? tests : 0));
	for (int i = 0; i < comparison->count; i++) {
		const struct compared *benchmark = &comparison->benchmarks[i];
		if (benchmark->given_up) {
			junit_case(out, benchmark->name, "measured");
			fputs("><error message=\"", out);
			xml_text(out, benchmark->reason);
			fputs("\"/></testcase>\n", out);
			continue;
		}
		for (int metric = 0; metric < METRICS; metric++)
			if (benchmark->findings[metric].gated)
				junit_finding(benchmark, metric, contaminated, out);
	}
	fputs("</testsuite>\n", out);
}

/* A command's message: line ends and per cents are escaped as GitHub wants it. */
static void annotate(FILE *out, const char *level, const char *title, const char *text)
{
	fprintf(out, "::%s title=%s::", level, title);
	for (; *text != '\0'; text++) {
		if (*text == '%')
			fputs("%25", out);
		else if (*text == '\n')
			fputs("%0A", out);
		else
			fputc(*text, out);
	}
	fputc('\n', out);
}

/* One pair, if it deserves a word; returns whether it does. */
static bool annotate_finding(
	const struct compared *benchmark, int metric, enum verdict wanted, bool print, FILE *out)
{
	const struct finding *finding = &benchmark->findings[metric];
	char text[MESSAGE_BYTES], title[160];

	if (!finding->gated || finding->verdict != wanted)
		return false;
	describe(finding, text, sizeof(text));
	snprintf(title, sizeof(title), "%s %s %s", benchmark->name, metric_facts[metric].name,
		verdict_names[finding->verdict]);
	if (print)
		annotate(out, wanted == VERDICT_REGRESSED ? "error" : "warning", title, text);
	return true;
}

void exchange_annotations(const struct comparison *comparison, FILE *out)
{
	static const enum verdict wanted[] = {VERDICT_REGRESSED, VERDICT_INCONCLUSIVE};
	int said = 0;
	char text[80];

	if (comparison->contaminated) {
		annotate(out, "error", "concbench CONTAMINATED",
			"the machine itself differed between the sides, nothing can be concluded");
		return;
	}
	for (int i = 0; i < comparison->count; i++)
		if (comparison->benchmarks[i].given_up && said++ < ANNOTATIONS_MAX)
			annotate(out, "error", comparison->benchmarks[i].name,
				comparison->benchmarks[i].reason);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < comparison->count; i++)
			for (int metric = 0; metric < METRICS; metric++)
				said += !comparison->benchmarks[i].given_up &&
					annotate_finding(&comparison->benchmarks[i], metric,
						wanted[pass], said < ANNOTATIONS_MAX, out);
	if (said <= ANNOTATIONS_MAX)
		return;
	snprintf(text, sizeof(text), "%d more, see the table", said - ANNOTATIONS_MAX);
	annotate(out, "warning", "concbench", text);
}
