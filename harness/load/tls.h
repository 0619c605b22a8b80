/*
 * OpenSSL's TLS, loaded when a target speaks it: see harness/library.h for why. All is called
 * through `tls`.
 */
#ifndef CONCBENCH_HARNESS_LOAD_TLS_H
#define CONCBENCH_HARNESS_LOAD_TLS_H

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "harness/library.h"

#define TLS_CALLS(X)             \
	X(ERR_clear_error)       \
	X(SSL_CTX_ctrl)          \
	X(SSL_CTX_free)          \
	X(SSL_CTX_new)           \
	X(SSL_CTX_set_verify)    \
	X(SSL_ctrl)              \
	X(SSL_free)              \
	X(SSL_get_error)         \
	X(SSL_new)               \
	X(SSL_read)              \
	X(SSL_set_connect_state) \
	X(SSL_set_fd)            \
	X(SSL_write)             \
	X(TLS_client_method)

struct tls {
	TLS_CALLS(LIBRARY_CALL)
};

/* NULL throughout until tls_load has returned 0. */
extern struct tls tls;

/*
 * Loads libssl into this process, once. One thread at a time.
 *   error    of error_bytes, why not, in one line
 *   Returns  0, -ENOENT, -ENOSYS.
 */
int tls_load(char *error, size_t error_bytes) __attribute__((warn_unused_result));

#endif
