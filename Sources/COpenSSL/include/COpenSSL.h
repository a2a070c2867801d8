/* The part of OpenSSL 3 that TLS servers and clients need. copenssl_load loads the library, not the start of the program: only
 * a program that speaks TLS needs it. Call it once; call the functions below only after it has succeeded. */
#pragma once
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads libssl. Returns false when it is not installed. */
bool copenssl_load(void);

/* Which step of making a server or a client failed. */
enum copenssl_step {
    COPENSSL_MADE,
    COPENSSL_CERTIFICATE,
    COPENSSL_KEY,
    COPENSSL_KEY_ENCRYPTED,
    COPENSSL_MISMATCH,
    COPENSSL_AUTHORITIES,
    COPENSSL_OTHER,
};

/* Whether clients are asked for a certificate. */
enum copenssl_client_auth { COPENSSL_NONE, COPENSSL_REQUEST, COPENSSL_REQUIRE };

/* Makes what all connections of one certificate share, from files in PEM: the certificate with its chain, and its key.
 * `authority`, with the certificates that clients' must lead to, may be NULL. Returns NULL, and which step failed. */
SSL_CTX *copenssl_make_server(const char *certificate, const char *key, const char *authority,
                              enum copenssl_client_auth auth, enum copenssl_step *step);

/* Makes what all connections of a client share that checks the server's certificate: it must lead to one of `authority`, or
 * with NULL to one that the system trusts. `certificate` with its chain, and its `key`, are shown to servers that ask; both
 * may be NULL. Returns NULL, and which step failed. */
SSL_CTX *copenssl_make_client(const char *authority, const char *certificate, const char *key,
                              enum copenssl_step *step);
/* The same for a client that asks this machine's own server, whose certificate need lead nowhere. NULL when there is no
 * memory. */
SSL_CTX *copenssl_make_local_client(void);

void copenssl_free_context(SSL_CTX *context);

/* The first and the last second at which the own certificate is good, since 1970. Sets nothing without one. */
void copenssl_validity(SSL_CTX *context, int64_t *from, int64_t *until);

/* Begins TLS on a connected socket, which stays its owner's. NULL when there is no memory. */
SSL *copenssl_accept(SSL_CTX *server, int socket);
void copenssl_free(SSL *connection);

/* Begins TLS on a socket that connects, or has connected. */
SSL *copenssl_connect(SSL_CTX *client, int socket);
/* Before the handshake: the server is told by which name it is asked, and must show a certificate for it. */
bool copenssl_expect_name(SSL *connection, const char *name);
/* The same for an IP address, which is told to nobody. */
bool copenssl_expect_address(SSL *connection, const char *address);

/* What came of a call. */
enum copenssl_result {
    /* The count says how many bytes. */
    COPENSSL_BYTES,
    /* Bytes must come from the socket first. */
    COPENSSL_WANTS_READ,
    /* The socket must take bytes first. */
    COPENSSL_WANTS_WRITE,
    /* The peer has ended the connection, with or without saying so. */
    COPENSSL_END,
    /* It spoke HTTP without TLS. */
    COPENSSL_PLAIN_HTTP,
    /* It cannot be spoken with; copenssl_reason says why. */
    COPENSSL_FAILED,
};

/* Does the handshake; COPENSSL_BYTES, without any, once it is over. */
enum copenssl_result copenssl_handshake(SSL *connection);
/* Reads what one record holds at most; the first calls do the handshake. */
enum copenssl_result copenssl_read(SSL *connection, void *bytes, size_t room, size_t *count);
/* Whether the last read left nothing, neither in the connection nor, at that moment, in the socket. */
bool copenssl_is_drained(SSL *connection);
/* Writes as much as the socket takes. What is left of the bytes, all of them after COPENSSL_WANTS_…, must come again before
 * others, which may follow them. `more` says that others follow at once. */
enum copenssl_result copenssl_write(SSL *connection, const void *bytes, size_t length, bool more, size_t *count);
/* Tells the peer that no bytes follow. */
void copenssl_finish(SSL *connection);

/* OpenSSL's words for what failed in the last call on this thread, which was of this connection: of a certificate that was
 * refused, why. They hold nothing of what the peer sent. */
const char *copenssl_reason(SSL *connection);

/* Writes the subject of the client's certificate (RFC 2253) to `text`, and returns its length; 0 without one. */
size_t copenssl_subject(SSL *connection, char *text, size_t room);
