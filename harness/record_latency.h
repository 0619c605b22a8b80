/*
 * Latencies of a record, whole (two histograms of 37 KiB each) while it is measured, or packed into
 * strings where thousands of records are kept. Readers use these calls and need not know which.
 */
#ifndef CONCBENCH_HARNESS_RECORD_LATENCY_H
#define CONCBENCH_HARNESS_RECORD_LATENCY_H

#include <stdbool.h>

#include "harness/record.h"

/* Everything but the histograms. */
struct latency_facts {
	bool has_corrected;
	uint64_t max_ns, corrected_max_ns;
};

/* Packed: instead of record->latency. */
struct packed_latency {
	struct latency_facts facts;
	char *closed,
		*corrected; /* of histogram_pack; malloc'd; corrected NULL where there is none */
};

/*
 * Packs the record's latencies in place; nothing where it has none.
 *   Returns  0 or -ENOMEM, the record then as it was.
 */
int record_latency_pack(struct record *record) __attribute__((warn_unused_result));
void packed_latency_free(struct packed_latency *packed);

/* False: the record has no latencies. */
bool record_latency_facts(const struct record *record, struct latency_facts *facts);

/*
 * Adds the record's histogram (from the intended start, or the closed one) to another; nothing
 * where it has none. Returns  0 or -ENOMEM.
 */
int record_latency_add(const struct record *record, bool corrected, struct histogram *into)
	__attribute__((warn_unused_result));

/* The latencies whole; malloc'd, the caller frees them; NULL without memory or latencies. */
struct record_latency *record_latency_whole(const struct record *record);

#endif
