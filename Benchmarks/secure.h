/* The load generator's TLS: bytes to and from a socket, encrypted when the connection has an SSL and as they are when it
 * has none; and resumption of the first session that a server gave. */
#pragma once
#include <errno.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static SSL_CTX *tls;           /* null without TLS */
static bool resumes;           /* whether connections resume the session that was kept */
static SSL_SESSION *kept;
static void (*ticket_came)(void *connection);

/* A server's ticket is the first that it says behind a TLS 1.3 handshake. */
static int keep_session(SSL *ssl, SSL_SESSION *session) {
    bool keeps = resumes && !kept;
    if (keeps) kept = session;
    ticket_came(SSL_get_app_data(ssl));
    return keeps;
}

/* One suite and one group, so that every server does the same work. */
static void use_tls(void (*announce_ticket)(void *connection)) {
    tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(tls, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set1_groups_list(tls, "X25519");
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_default_read_buffer_len(tls, 64 * 1024);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(tls, keep_session);
    ticket_came = announce_ticket;
}

static SSL *begin_tls(int fd, void *connection) {
    SSL *ssl = SSL_new(tls);
    SSL_set_app_data(ssl, connection);
    SSL_set_fd(ssl, fd);
    SSL_set_connect_state(ssl);
    if (!kept) return ssl;
    /* A copy, since OpenSSL uses a ticket once. */
    SSL_SESSION *copy = SSL_SESSION_dup(kept);
    SSL_set_session(ssl, copy);
    SSL_SESSION_free(copy);
    return ssl;
}

/* The result of a call as send and recv give it. */
static ssize_t outcome(SSL *ssl, int result, size_t count) {
    if (result == 1) return (ssize_t)count;
    int error = SSL_get_error(ssl, result);
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static ssize_t put(SSL *ssl, int fd, const void *bytes, size_t length) {
    size_t count = 0;
    if (!ssl) return send(fd, bytes, length, 0);
    int result = SSL_write_ex(ssl, bytes, length, &count);
    return outcome(ssl, result, count);
}

static ssize_t get(SSL *ssl, int fd, void *bytes, size_t room) {
    size_t count = 0;
    if (!ssl) return recv(fd, bytes, room, 0);
    int result = SSL_read_ex(ssl, bytes, room, &count);
    return outcome(ssl, result, count);
}

static void end_tls(SSL *ssl) {
    if (!ssl) return;
    SSL_shutdown(ssl);
    SSL_free(ssl);
}
