#include "harness/record_latency.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void packed_latency_free(struct packed_latency *packed)
{
	if (packed == NULL)
		return;
	free(packed->closed);
	free(packed->corrected);
	free(packed);
}

int record_latency_pack(struct record *record)
{
	const struct record_latency *latency = record->latency;

	if (latency == NULL || !latency->present)
		return 0;
	struct packed_latency *packed = calloc(1, sizeof(*packed));
	if (packed == NULL)
		return -ENOMEM;
	record_latency_facts(record, &packed->facts);
	packed->closed = histogram_pack(&latency->closed);
	if (packed->facts.has_corrected)
		packed->corrected = histogram_pack(&latency->corrected);
	if (packed->closed == NULL || (packed->facts.has_corrected && packed->corrected == NULL)) {
		packed_latency_free(packed);
		return -ENOMEM;
	}
	free(record->latency);
	record->latency = NULL;
	record->packed_latency = packed;
	return 0;
}

bool record_latency_facts(const struct record *record, struct latency_facts *facts)
{
	const struct record_latency *latency = record->latency;

	if (record->packed_latency != NULL)
		*facts = record->packed_latency->facts;
	else if (latency != NULL)
		*facts = (struct latency_facts){.has_corrected = latency->has_corrected != 0,
			.max_ns = latency->max_ns,
			.corrected_max_ns = latency->corrected_max_ns};
	return record->packed_latency != NULL || latency != NULL;
}

int record_latency_add(const struct record *record, bool corrected, struct histogram *into)
{
	struct latency_facts facts;

	if (!record_latency_facts(record, &facts) || (corrected && !facts.has_corrected))
		return 0;
	if (record->latency != NULL) {
		histogram_merge(
			into, corrected ? &record->latency->corrected : &record->latency->closed);
		return 0;
	}
	const struct packed_latency *packed = record->packed_latency;
	struct histogram *whole = malloc(sizeof(*whole));
	int rc = whole == NULL
			 ? -ENOMEM
			 : histogram_unpack(whole, corrected ? packed->corrected : packed->closed);
	if (rc == 0)
		histogram_merge(into, whole);
	free(whole);
	return rc;
}

struct record_latency *record_latency_whole(const struct record *record)
{
	struct latency_facts facts;
	struct record_latency *whole = calloc(1, sizeof(*whole));

	if (whole == NULL || !record_latency_facts(record, &facts)) {
		free(whole);
		return NULL;
	}
	whole->present = record->latency == NULL || record->latency->present;
	whole->has_corrected = facts.has_corrected;
	whole->max_ns = facts.max_ns;
	whole->corrected_max_ns = facts.corrected_max_ns;
	if (record_latency_add(record, false, &whole->closed) != 0 ||
		record_latency_add(record, true, &whole->corrected) != 0) {
		free(whole);
		return NULL;
	}
	return whole;
}
