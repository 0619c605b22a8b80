/*
 * Latencies of a record, whole (two histograms of 37 KiB each) while it is measured, or packed into
 * strings where thousands of records are kept. Readers use these calls and need not know which.
 */
#ifndef CONCBENCH_HARNESS_RECORD_LATENCY_H
#define CONCBENCH_HARNESS_RECORD_LATENCY_H

#include <stdbool.h>

#include "harness/measure/distribution.h"
#include "harness/record.h"

/* Everything but the histograms. */
struct latency_facts {
	bool has_corrected, has_lag;
	uint64_t max_ns, corrected_max_ns, lag_max_ns;
};

/* From the actual start; from the intended one; how late the load left by its own fault. */
enum latency_view { LATENCY_CLOSED, LATENCY_CORRECTED, LATENCY_LAG };

/* Packed: instead of record->latency. */
struct packed_latency {
	struct latency_facts facts;
	char *closed, *corrected, *lag; /* of histogram_pack; malloc'd; NULL where there is none */
};

/*
 * Packs the record's latencies in place; nothing where it has none.
 *   Returns  0 or -ENOMEM, the record then as it was.
 */
int record_latency_pack(struct record *record) __attribute__((warn_unused_result));
void packed_latency_free(struct packed_latency *packed);

/* False: the record has no latencies. */
bool record_latency_facts(const struct record *record, struct latency_facts *facts);

/* Adds a histogram of the record to another; nothing where it has none. Returns  0 or -ENOMEM. */
int record_latency_add(const struct record *record, enum latency_view view, struct histogram *into)
	__attribute__((warn_unused_result));

/* What latencies tell: from the intended start where they have it. Points into them. */
struct distribution record_distribution(const struct record_latency *latency);

/* The latencies whole; malloc'd, the caller frees them; NULL without memory or latencies. */
struct record_latency *record_latency_whole(const struct record *record);

#endif
