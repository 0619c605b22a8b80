/*
 * Bytes over TLS arrive as they were sent, through the same two calls as plain ones.
 */
#include "harness/load/wire.h"

#include <errno.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/load/tls.h"
#include "tests/suite.h"

enum { BYTES = 100000 };

static char sent[BYTES], got[BYTES];

/* A server's side with a certificate made on the spot. */
static SSL *server_on(int fd, SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();

	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 1000);
	X509_set_pubkey(certificate, key);
	ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
	ck_assert_int_eq(SSL_CTX_use_certificate(context, certificate), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	SSL *session = SSL_new(context);
	SSL_set_fd(session, fd);
	SSL_set_accept_state(session);
	return session;
}

START_TEST(tls_brings_what_was_sent)
{
	char error[200];

	ck_assert_int_eq(tls_load(error, sizeof(error)), 0);
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	SSL_CTX *server = SSL_CTX_new(TLS_server_method());
	int ends[2];
	size_t out = 0, in = 0;
	struct wire wire;

	SSL_CTX_set_mode(
		client, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	for (int i = 0; i < BYTES; i++)
		sent[i] = (char)(i * 7);
	SSL *peer = server_on(ends[1], server);
	ck_assert_int_eq(wire_open(&wire, ends[0], client, "localhost"), 0);
	while (in < BYTES) {
		ssize_t part = out < BYTES ? wire_send(&wire, sent + out, BYTES - out) : 0;
		ck_assert(part >= 0 || part == -EAGAIN);
		out += part > 0 ? (size_t)part : 0;
		int read = SSL_read(peer, got + in, (int)(BYTES - in));
		in += read > 0 ? (size_t)read : 0;
	}
	ck_assert_int_eq(memcmp(sent, got, BYTES), 0);
	ck_assert_int_eq(SSL_write(peer, "reply", 5), 5);
	ck_assert_int_eq(wire_receive(&wire, got, BYTES), 5);
	ck_assert_int_eq(wire_receive(&wire, got, BYTES), -EAGAIN);
	SSL_shutdown(peer);
	ck_assert_int_eq(wire_receive(&wire, got, BYTES), 0);
	wire_close(&wire);
	wire_close(&wire);
	SSL_free(peer);
	close(ends[1]);
	SSL_CTX_free(client);
	SSL_CTX_free(server);
}
END_TEST

START_TEST(what_is_no_tls_is_an_error)
{
	char error[200];

	ck_assert_int_eq(tls_load(error, sizeof(error)), 0);
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	int ends[2];
	struct wire wire;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	ck_assert_int_eq(wire_open(&wire, ends[0], client, "localhost"), 0);
	ck_assert_int_eq(wire_send(&wire, "x", 1), -EAGAIN);
	ck_assert_int_eq(write(ends[1], "SMTP ready, who are you?\r\n", 26), 26);
	ck_assert_int_eq(wire_receive(&wire, got, BYTES), -EPROTO);
	wire_close(&wire);
	close(ends[1]);
	SSL_CTX_free(client);
}
END_TEST

START_TEST(plain_bytes_never_wait)
{
	int ends[2];
	struct wire wire;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(wire_open(&wire, ends[0], NULL, NULL), 0);
	ck_assert_int_eq(wire_receive(&wire, got, 1), -EAGAIN);
	ck_assert_int_eq(wire_send(&wire, "ab", 2), 2);
	ck_assert_int_eq(read(ends[1], got, 5), 2);
	close(ends[1]);
	ck_assert_int_eq(wire_receive(&wire, got, 1), 0);
	ck_assert_int_eq(wire_send(&wire, "ab", 2), -EPIPE);
	wire_close(&wire);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire");
	TCase *c = tcase_create("wire");

	tcase_add_test(c, tls_brings_what_was_sent);
	tcase_add_test(c, what_is_no_tls_is_an_error);
	tcase_add_test(c, plain_bytes_never_wait);
	suite_add_tcase(s, c);
	return s;
}
