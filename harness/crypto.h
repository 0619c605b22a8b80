/*
 * OpenSSL's digests, loaded on request: see library.h for why. All is called through `crypto`.
 */
#ifndef CONCBENCH_HARNESS_CRYPTO_H
#define CONCBENCH_HARNESS_CRYPTO_H

#include <openssl/evp.h>
#include <openssl/opensslv.h>

#include "harness/library.h"

/* How OpenSSL's libraries end, for this major version's headers: "3". */
#ifdef OPENSSL_SHLIB_VERSION
#define CRYPTO_TEXT_(number) #number
#define CRYPTO_TEXT(number)  CRYPTO_TEXT_(number)
#define CRYPTO_SONAME(name)  name ".so." CRYPTO_TEXT(OPENSSL_SHLIB_VERSION)
#else
#define CRYPTO_SONAME(name) name ".so.1.1"
#endif

#define CRYPTO_CALLS(X)       \
	X(EVP_Digest)         \
	X(EVP_DigestInit_ex)  \
	X(EVP_DigestUpdate)   \
	X(EVP_DigestFinal_ex) \
	X(EVP_MD_CTX_new)     \
	X(EVP_MD_CTX_free)    \
	X(EVP_MD_fetch)       \
	X(EVP_MD_free)        \
	X(EVP_md5)            \
	X(EVP_sha256)

struct crypto {
	CRYPTO_CALLS(LIBRARY_CALL)
};

/* NULL throughout until crypto_load has returned 0. */
extern struct crypto crypto;

/*
 * Loads libcrypto into this process, once. One thread at a time.
 *   error    of error_bytes, why not, in one line
 *   Returns  0, -ENOENT, -ENOSYS.
 */
int crypto_load(char *error, size_t error_bytes) __attribute__((warn_unused_result));

#endif
