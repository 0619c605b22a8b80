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
	free(packed->lag);
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
	if (packed->facts.has_lag)
		packed->lag = histogram_pack(&latency->lag);
	if (packed->closed == NULL || (packed->facts.has_corrected && packed->corrected == NULL) ||
		(packed->facts.has_lag && packed->lag == NULL)) {
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
			.has_lag = latency->has_lag != 0,
			.max_ns = latency->max_ns,
			.corrected_max_ns = latency->corrected_max_ns,
			.lag_max_ns = latency->lag_max_ns};
	return record->packed_latency != NULL || latency != NULL;
}

static const struct histogram *whole_view(
	const struct record_latency *latency, enum latency_view view)
{
	return view == LATENCY_LAG         ? &latency->lag
	       : view == LATENCY_CORRECTED ? &latency->corrected
					   : &latency->closed;
}

static const char *packed_view(const struct packed_latency *packed, enum latency_view view)
{
	return view == LATENCY_LAG         ? packed->lag
	       : view == LATENCY_CORRECTED ? packed->corrected
					   : packed->closed;
}

int record_latency_add(const struct record *record, enum latency_view view, struct histogram *into)
{
	struct latency_facts facts;

	if (!record_latency_facts(record, &facts) ||
		(view == LATENCY_CORRECTED && !facts.has_corrected) ||
		(view == LATENCY_LAG && !facts.has_lag))
		return 0;
	if (record->latency != NULL) {
		histogram_merge(into, whole_view(record->latency, view));
		return 0;
	}
	struct histogram *whole = malloc(sizeof(*whole));
	int rc = whole == NULL ? -ENOMEM
			       : histogram_unpack(whole, packed_view(record->packed_latency, view));
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
	whole->has_lag = facts.has_lag;
	whole->max_ns = facts.max_ns;
	whole->corrected_max_ns = facts.corrected_max_ns;
	whole->lag_max_ns = facts.lag_max_ns;
	if (record_latency_add(record, LATENCY_CLOSED, &whole->closed) != 0 ||
		record_latency_add(record, LATENCY_CORRECTED, &whole->corrected) != 0 ||
		record_latency_add(record, LATENCY_LAG, &whole->lag) != 0) {
		free(whole);
		return NULL;
	}
	return whole;
}

struct distribution record_distribution(const struct record_latency *latency)
{
	if (!latency->has_corrected)
		return (struct distribution){&latency->closed, latency->max_ns, NULL, 0};
	return (struct distribution){&latency->corrected, latency->corrected_max_ns,
		latency->has_lag ? &latency->lag : NULL, latency->lag_max_ns};
}
