/*
 * See pq.h.
 */
#ifdef HAVE_LIBPQ
#include "bench/db/pq.h"

struct pq pq;

int pq_load(char *error, size_t error_bytes)
{
#define SYMBOL(name) LIBRARY_SYMBOL(struct pq, name)
	static const struct library_symbol symbols[] = {PQ_CALLS(SYMBOL){NULL, 0}};

	if (pq.PQstatus != NULL)
		return 0;
	return library_load("libpq.so.5", symbols, &pq, error, error_bytes);
}

#else
typedef int without_libpq; /* a file must have something in it */
#endif
