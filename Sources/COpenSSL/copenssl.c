#include "COpenSSL.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* One pointer for each function, of the type its header gives it. libssl brings libcrypto, in which the second half are. */
#define FUNCTIONS(each)                                                                                                \
    each(TLS_client_method) each(TLS_server_method) each(SSL_CTX_new) each(SSL_CTX_free) each(SSL_CTX_ctrl)             \
    each(SSL_CTX_set_options) each(SSL_CTX_set_cipher_list) each(SSL_CTX_set_alpn_select_cb)                            \
    each(SSL_CTX_set_alpn_protos) each(SSL_CTX_set_default_passwd_cb) each(SSL_CTX_set_default_passwd_cb_userdata)      \
    each(SSL_CTX_use_certificate_chain_file) each(SSL_CTX_use_PrivateKey_file) each(SSL_CTX_check_private_key)          \
    each(SSL_CTX_get0_certificate) each(SSL_CTX_load_verify_file) each(SSL_CTX_set_default_verify_paths)                \
    each(SSL_CTX_set_client_CA_list) each(SSL_load_client_CA_file) each(SSL_CTX_set_verify)                             \
    each(SSL_CTX_set_session_id_context) each(SSL_select_next_proto) each(SSL_new) each(SSL_free) each(SSL_ctrl)        \
    each(SSL_set_accept_state) each(SSL_set_connect_state) each(SSL_set_hostflags) each(SSL_set1_host)                  \
    each(SSL_get0_param) each(SSL_do_handshake) each(SSL_read_ex) each(SSL_write_ex) each(SSL_get_error)                \
    each(SSL_shutdown) each(SSL_is_init_finished) each(SSL_get0_peer_certificate) each(SSL_get_verify_result)           \
    each(ERR_clear_error) each(ERR_peek_last_error) each(ERR_reason_error_string) each(X509_get0_notBefore)             \
    each(X509_get0_notAfter) each(X509_get_subject_name) each(X509_NAME_print_ex)                                       \
    each(X509_VERIFY_PARAM_set1_ip_asc) each(X509_verify_cert_error_string) each(ASN1_TIME_to_tm) each(BIO_new)         \
    each(BIO_s_mem) each(BIO_read) each(BIO_free) each(SSL_CTX_set_ciphersuites) each(SSL_CTX_set_num_tickets)          \
    each(SSL_set_bio) each(SSL_get_rbio) each(SSL_has_pending) each(ERR_peek_error) each(BIO_get_new_index)             \
    each(BIO_meth_new) each(BIO_meth_set_read) each(BIO_meth_set_write) each(BIO_meth_set_ctrl) each(BIO_set_init)      \
    each(BIO_set_data) each(BIO_get_data) each(BIO_set_flags) each(BIO_clear_flags) each(BIO_test_flags)

#define POINTER(name) __typeof__(name) *name;
static struct { FUNCTIONS(POINTER) } loaded;

/* How OpenSSL reads and writes a socket. Unlike its own way, this one notes what a short read says, that the socket is empty,
 * and lets the kernel wait for the records that follow at once. The notes are flags of the BIO beside OpenSSL's. */
static BIO_METHOD *wire;
enum { IS_DRAINED = 0x10000, MORE_FOLLOWS = 0x20000, NOTHING_FOLLOWS = 0x40000 };

static int socket_of(BIO *bio) { return (int)(intptr_t)loaded.BIO_get_data(bio); }

/* What a call on the socket came to; `wants` is noted when it must be made again. */
static int moved(BIO *bio, ssize_t count, int wants) {
    loaded.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    if (count < 0 && errno == EAGAIN) loaded.BIO_set_flags(bio, wants | BIO_FLAGS_SHOULD_RETRY);
    return (int)count;
}

static int read_wire(BIO *bio, char *bytes, int room) {
    ssize_t count;
    do count = recv(socket_of(bio), bytes, (size_t)room, 0);
    while (count < 0 && errno == EINTR);
    if (count == 0) loaded.BIO_set_flags(bio, NOTHING_FOLLOWS);
    if (count < room) loaded.BIO_set_flags(bio, IS_DRAINED);
    return moved(bio, count, BIO_FLAGS_READ);
}

static int write_wire(BIO *bio, const char *bytes, int length) {
    int more = loaded.BIO_test_flags(bio, MORE_FOLLOWS) ? MSG_MORE : 0;
    ssize_t count;
    do count = send(socket_of(bio), bytes, (size_t)length, MSG_NOSIGNAL | more);
    while (count < 0 && errno == EINTR);
    return moved(bio, count, BIO_FLAGS_WRITE);
}

static long control_wire(BIO *bio, int what, long number, void *pointer) {
    (void)number, (void)pointer;
    if (what == BIO_CTRL_EOF) return loaded.BIO_test_flags(bio, NOTHING_FOLLOWS) != 0;
    return what == BIO_CTRL_FLUSH;
}

static bool make_wire(void) {
    wire = loaded.BIO_meth_new(loaded.BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    return wire && loaded.BIO_meth_set_read(wire, read_wire) && loaded.BIO_meth_set_write(wire, write_wire) &&
           loaded.BIO_meth_set_ctrl(wire, control_wire);
}

bool copenssl_load(void) {
    /* The name of every OpenSSL 3. It is never unloaded. */
    void *library = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return false;
#define FIND(name) if (!(loaded.name = (__typeof__(name) *)dlsym(library, #name))) return false;
    FUNCTIONS(FIND)
    return make_wire();
}

/* HTTP/1.1 is what is spoken, on both sides. */
static const unsigned char protocols[] = "\x08http/1.1";

/* A client that asks for other protocols alone is refused (RFC 7301, section 3.2). */
static int choose_protocol(SSL *connection, const unsigned char **chosen, unsigned char *length,
                           const unsigned char *offered, unsigned int offered_length, void *context) {
    (void)connection, (void)context;
    unsigned char *found;
    int result =
        loaded.SSL_select_next_proto(&found, length, protocols, sizeof protocols - 1, offered, offered_length);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

/* A key with a passphrase is refused; without this OpenSSL asks for it on the terminal. `context` notes that it was. */
static int refuse_passphrase(char *text, int room, int is_written, void *context) {
    (void)text, (void)room, (void)is_written;
    *(bool *)context = true;
    return -1;
}

/* What both sides offer: TLS 1.2 and 1.3 with Mozilla's intermediate suites that need no parameters of Diffie and Hellman's,
 * no cache of sessions, no 0-RTT (the standard), no renegotiation, no compression. */
static bool offer(SSL_CTX *context) {
    static const char suites[] =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
    static const char suites_1_3[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
    loaded.SSL_CTX_set_options(context,
                               SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    loaded.SSL_CTX_ctrl(context, SSL_CTRL_MODE,
                        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS,
                        NULL);
    loaded.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, NULL);
    loaded.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, NULL);
    return loaded.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL) &&
           loaded.SSL_CTX_set_cipher_list(context, suites) && loaded.SSL_CTX_set_ciphersuites(context, suites_1_3) &&
           loaded.SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, "X25519:P-256:P-384");
}

/* What a server offers besides: its own order of suites, and a ticket. */
static bool offer_as_server(SSL_CTX *server) {
    loaded.SSL_CTX_set_options(server, SSL_OP_PRIORITIZE_CHACHA | SSL_OP_CIPHER_SERVER_PREFERENCE);
    loaded.SSL_CTX_set_alpn_select_cb(server, choose_protocol, NULL);
    return offer(server) && loaded.SSL_CTX_set_num_tickets(server, 1) &&
           loaded.SSL_CTX_set_session_id_context(server, (const unsigned char *)"cdp-proxy", 9);
}

/* Has a side show a certificate. */
static enum copenssl_step show(SSL_CTX *context, const char *certificate, const char *key) {
    if (loaded.SSL_CTX_use_certificate_chain_file(context, certificate) != 1) return COPENSSL_CERTIFICATE;
    bool is_encrypted = false;
    loaded.SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
    loaded.SSL_CTX_set_default_passwd_cb_userdata(context, &is_encrypted);
    int used = loaded.SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM);
    loaded.SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
    loaded.SSL_CTX_set_default_passwd_cb(context, NULL);
    if (used != 1) {
        /* A key that is there and does not belong to the certificate fails here too. */
        unsigned long error = loaded.ERR_peek_last_error();
        bool is_another = ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH;
        return is_encrypted ? COPENSSL_KEY_ENCRYPTED : is_another ? COPENSSL_MISMATCH : COPENSSL_KEY;
    }
    return loaded.SSL_CTX_check_private_key(context) == 1 ? COPENSSL_MADE : COPENSSL_MISMATCH;
}

static enum copenssl_step set_up_server(SSL_CTX *server, const char *certificate, const char *key,
                                        const char *authority, enum copenssl_client_auth auth) {
    if (!offer_as_server(server)) return COPENSSL_OTHER;
    enum copenssl_step shown = show(server, certificate, key);
    if (shown != COPENSSL_MADE || !authority) return shown;
    if (loaded.SSL_CTX_load_verify_file(server, authority) != 1) return COPENSSL_AUTHORITIES;
    STACK_OF(X509_NAME) *names = loaded.SSL_load_client_CA_file(authority);
    if (!names) return COPENSSL_AUTHORITIES;
    loaded.SSL_CTX_set_client_CA_list(server, names);
    int mode = auth == COPENSSL_REQUIRE ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER;
    loaded.SSL_CTX_set_verify(server, auth == COPENSSL_NONE ? SSL_VERIFY_NONE : mode, NULL);
    return COPENSSL_MADE;
}

static enum copenssl_step set_up_client(SSL_CTX *client, const char *authority, const char *certificate,
                                        const char *key) {
    if (!offer(client)) return COPENSSL_OTHER;
    /* 0 is success. */
    if (loaded.SSL_CTX_set_alpn_protos(client, protocols, sizeof protocols - 1) != 0) return COPENSSL_OTHER;
    loaded.SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
    int trusted = authority ? loaded.SSL_CTX_load_verify_file(client, authority)
                            : loaded.SSL_CTX_set_default_verify_paths(client);
    if (trusted != 1) return COPENSSL_AUTHORITIES;
    return certificate ? show(client, certificate, key) : COPENSSL_MADE;
}

SSL_CTX *copenssl_make_server(const char *certificate, const char *key, const char *authority,
                              enum copenssl_client_auth auth, enum copenssl_step *step) {
    loaded.ERR_clear_error();
    SSL_CTX *server = loaded.SSL_CTX_new(loaded.TLS_server_method());
    *step = server ? set_up_server(server, certificate, key, authority, auth) : COPENSSL_OTHER;
    if (*step == COPENSSL_MADE) return server;
    loaded.SSL_CTX_free(server);
    return NULL;
}

SSL_CTX *copenssl_make_client(const char *authority, const char *certificate, const char *key,
                              enum copenssl_step *step) {
    loaded.ERR_clear_error();
    SSL_CTX *client = loaded.SSL_CTX_new(loaded.TLS_client_method());
    *step = client ? set_up_client(client, authority, certificate, key) : COPENSSL_OTHER;
    if (*step == COPENSSL_MADE) return client;
    loaded.SSL_CTX_free(client);
    return NULL;
}

SSL_CTX *copenssl_make_local_client(void) {
    SSL_CTX *client = loaded.SSL_CTX_new(loaded.TLS_client_method());
    if (client) loaded.SSL_CTX_ctrl(client, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL);
    return client;
}

void copenssl_free_context(SSL_CTX *context) {
    loaded.SSL_CTX_free(context);
}

static int64_t seconds(const ASN1_TIME *time) {
    struct tm broken;
    return time && loaded.ASN1_TIME_to_tm(time, &broken) == 1 ? (int64_t)timegm(&broken) : 0;
}

void copenssl_validity(SSL_CTX *context, int64_t *from, int64_t *until) {
    const X509 *certificate = loaded.SSL_CTX_get0_certificate(context);
    if (!certificate) return;
    *from = seconds(loaded.X509_get0_notBefore(certificate));
    *until = seconds(loaded.X509_get0_notAfter(certificate));
}

/* A connection that reads and writes a socket; which side it is, is still to be said. */
static SSL *connection_of(SSL_CTX *context, int socket) {
    SSL *connection = loaded.SSL_new(context);
    BIO *bio = connection ? loaded.BIO_new(wire) : NULL;
    if (!bio) {
        loaded.SSL_free(connection);
        return NULL;
    }
    loaded.BIO_set_data(bio, (void *)(intptr_t)socket);
    loaded.BIO_set_init(bio, 1);
    loaded.SSL_set_bio(connection, bio, bio);
    return connection;
}

SSL *copenssl_accept(SSL_CTX *server, int socket) {
    SSL *connection = connection_of(server, socket);
    if (connection) loaded.SSL_set_accept_state(connection);
    return connection;
}

SSL *copenssl_connect(SSL_CTX *client, int socket) {
    SSL *connection = connection_of(client, socket);
    if (connection) loaded.SSL_set_connect_state(connection);
    return connection;
}

bool copenssl_expect_name(SSL *connection, const char *name) {
    /* Names are looked for where they belong (RFC 9525, section 6.3), and a wildcard stands for a whole label. */
    loaded.SSL_set_hostflags(connection, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return loaded.SSL_set1_host(connection, name) == 1 &&
           loaded.SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)name) == 1;
}

bool copenssl_expect_address(SSL *connection, const char *address) {
    return loaded.X509_VERIFY_PARAM_set1_ip_asc(loaded.SSL_get0_param(connection), address) == 1;
}

void copenssl_free(SSL *connection) {
    loaded.SSL_free(connection);
}

static enum copenssl_result failure(SSL *connection, int result) {
    switch (loaded.SSL_get_error(connection, result)) {
    case SSL_ERROR_WANT_READ: return COPENSSL_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return COPENSSL_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return COPENSSL_END;
    /* The socket's own error, a reset mostly. */
    case SSL_ERROR_SYSCALL: return COPENSSL_END;
    default: break;
    }
    unsigned long error = loaded.ERR_peek_last_error();
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST) return COPENSSL_PLAIN_HTTP;
    return COPENSSL_FAILED;
}

/* What failed on another connection must not be taken for a failure of this one. Mostly nothing did, which costs less to ask. */
static void forget_errors(void) {
    if (loaded.ERR_peek_error()) loaded.ERR_clear_error();
}

enum copenssl_result copenssl_handshake(SSL *connection) {
    forget_errors();
    int result = loaded.SSL_do_handshake(connection);
    return result == 1 ? COPENSSL_BYTES : failure(connection, result);
}

enum copenssl_result copenssl_read(SSL *connection, void *bytes, size_t room, size_t *count) {
    forget_errors();
    /* A note of an earlier call says nothing of what has come since. */
    loaded.BIO_clear_flags(loaded.SSL_get_rbio(connection), IS_DRAINED);
    int result = loaded.SSL_read_ex(connection, bytes, room, count);
    return result == 1 ? COPENSSL_BYTES : failure(connection, result);
}

bool copenssl_is_drained(SSL *connection) {
    return loaded.BIO_test_flags(loaded.SSL_get_rbio(connection), IS_DRAINED) && !loaded.SSL_has_pending(connection);
}

enum copenssl_result copenssl_write(SSL *connection, const void *bytes, size_t length, bool more, size_t *count) {
    BIO *bio = loaded.SSL_get_rbio(connection);
    *count = 0;
    forget_errors();
    /* OpenSSL takes what one record holds at a time. */
    while (*count < length) {
        size_t left = length - *count, taken = 0;
        bool follows = more || left > SSL3_RT_MAX_PLAIN_LENGTH;
        if (follows) loaded.BIO_set_flags(bio, MORE_FOLLOWS);
        int result = loaded.SSL_write_ex(connection, (const char *)bytes + *count, left, &taken);
        if (follows) loaded.BIO_clear_flags(bio, MORE_FOLLOWS);
        if (result != 1) return *count ? COPENSSL_BYTES : failure(connection, result);
        *count += taken;
    }
    return COPENSSL_BYTES;
}

void copenssl_finish(SSL *connection) {
    forget_errors();
    loaded.SSL_shutdown(connection);
}

const char *copenssl_reason(SSL *connection) {
    unsigned long error = loaded.ERR_peek_last_error();
    long verdict = loaded.SSL_get_verify_result(connection);
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED &&
        verdict != X509_V_OK) {
        return loaded.X509_verify_cert_error_string(verdict);
    }
    const char *reason = loaded.ERR_reason_error_string(error);
    return reason ? reason : "unknown";
}

size_t copenssl_subject(SSL *connection, char *text, size_t room) {
    X509 *certificate = loaded.SSL_get0_peer_certificate(connection);
    if (!certificate || loaded.SSL_is_init_finished(connection) != 1) return 0;
    if (loaded.SSL_get_verify_result(connection) != X509_V_OK) return 0;
    BIO *memory = loaded.BIO_new(loaded.BIO_s_mem());
    if (!memory) return 0;
    int length = 0;
    if (loaded.X509_NAME_print_ex(memory, loaded.X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0) {
        length = loaded.BIO_read(memory, text, room > 1024 ? 1024 : (int)room);
    }
    loaded.BIO_free(memory);
    return length > 0 ? (size_t)length : 0;
}
