/*
 * See tls.h.
 */
#include "harness/load/tls.h"

#include "harness/crypto.h"

struct tls tls;

int tls_load(char *error, size_t error_bytes)
{
#define SYMBOL(name) LIBRARY_SYMBOL(struct tls, name)
	static const struct library_symbol symbols[] = {TLS_CALLS(SYMBOL){NULL, 0}};

	if (tls.SSL_new != NULL)
		return 0;
	return library_load(CRYPTO_SONAME("libssl"), symbols, &tls, error, error_bytes);
}
