/*
 * See crypto.h.
 */
#include "harness/crypto.h"

struct crypto crypto;

int crypto_load(char *error, size_t error_bytes)
{
#define SYMBOL(name) LIBRARY_SYMBOL(struct crypto, name)
	static const struct library_symbol symbols[] = {CRYPTO_CALLS(SYMBOL){NULL, 0}};

	if (crypto.EVP_sha256 != NULL)
		return 0;
	return library_load(CRYPTO_SONAME("libcrypto"), symbols, &crypto, error, error_bytes);
}
