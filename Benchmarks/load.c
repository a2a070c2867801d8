/* A load generator for WebSocket proxies: one thread, one epoll, a closed loop. Prints one line of JSON.
 * Prints "measuring" when the measurement begins and "measured" when it ends; then waits, with its connections open,
 * for a line on standard input or its end.
 *
 * usage: load PORT PATH messages CONNECTIONS REQUEST ANSWER SECONDS
 *            each connection sends a masked message of REQUEST bytes, awaits an answer of ANSWER bytes, and so on
 *        load PORT PATH connects CONNECTIONS ADDRESSES SECONDS
 *            CONNECTIONS at a time: connect, upgrade, close, from ADDRESSES addresses, so that ports do not run out
 *        load PORT PATH idle CONNECTIONS
 *            opens them, exchanges a message on each, prints "open", and holds them until standard input ends
 *        load tls:PORT PATH handshakes|resumptions CONNECTIONS ADDRESSES SECONDS
 *            CONNECTIONS at a time: connect, TLS 1.3 handshake up to the server's ticket, close
 * With tls: before the port every mode speaks TLS 1.3. */
#define _GNU_SOURCE
#include "frames.h"
#include "secure.h"
#include "tally.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 256 * 1024, EVENTS = 256, OPENING_AT_ONCE = 64, WARM_UP_MS = 200, TIMEOUT_MS = 10000, HOLD_TIMEOUT_MS = 60000 };

enum mode { MESSAGES, CONNECTS, IDLE, HANDSHAKES };
enum state { CLOSED, OPENING, OPEN, CLOSING };

struct connection {
    int fd;
    SSL *ssl;                  /* null without TLS */
    enum state state;
    char head[HEAD_LIMIT];     /* the request, then the answer to it */
    size_t head_length;
    char accept[ACCEPT_LENGTH + 1];
    struct reader reader;
    const uint8_t *output;     /* the unsent bytes */
    size_t output_left;
    uint64_t since;            /* when the message, or the attempt, began */
    bool answered;
    bool resumes;              /* whether it began with the session that was kept */
};

static enum mode mode;
static int port, count, addresses, epoll, open_count, opening_count, answered_count;
static const char *path;
static uint8_t *request, piece[PIECE];
static size_t request_length, answer_size = 200;
static struct connection *connections;

/* The message that every connection sends, masked. */
static void make_request(size_t size) {
    static const uint8_t mask[MASK_LENGTH] = {0x5A, 0xC3, 0x0F, 0x91};
    request = malloc(size + LONGEST_HEADER);
    size_t header = put_header(request, TEXT, size, true);
    memcpy(request + header, mask, MASK_LENGTH);
    uint8_t *text = request + header + MASK_LENGTH;
    memset(text, 'x', size);
    /* A command that the role operator may send. */
    text[snprintf((char *)text, size, COMMAND "%zu,\"text\":\"", answer_size)] = 'x';
    memcpy(text + size - 3, "\"}}", 3);
    apply_mask(text, size, mask, 0);
    request_length = header + MASK_LENGTH + size;
}

/* Whether connections are what is measured, not messages. */
static bool comes_and_goes(void) {
    return mode == CONNECTS || mode == HANDSHAKES;
}

static bool flush(struct connection *c) {
    while (c->output_left) {
        ssize_t sent = put(c->ssl, c->fd, c->output, c->output_left);
        if (sent < 0) return errno == EAGAIN;
        c->output += sent;
        c->output_left -= (size_t)sent;
    }
    return true;
}

static bool send_bytes(struct connection *c, const uint8_t *bytes, size_t length) {
    c->output = bytes;
    c->output_left = length;
    return flush(c);
}

static bool send_message(struct connection *c) {
    c->since = now();
    return send_bytes(c, request, request_length);
}

static void begin(struct connection *c) {
    static uint32_t turn;
    unsigned char nonce[16];
    char key[25];
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    memset(c, 0, sizeof *c);
    c->fd = fd;
    c->state = OPENING;
    c->since = now();
    opening_count++;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (addresses > 1) {
        struct sockaddr_in from = {.sin_family = AF_INET};
        from.sin_addr.s_addr = htonl(0x7F100001 + turn++ % (uint32_t)addresses);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        bind(fd, (struct sockaddr *)&from, sizeof from);
    }
    for (int i = 0; i < 16; i++) nonce[i] = (unsigned char)rand();
    EVP_EncodeBlock((unsigned char *)key, nonce, sizeof nonce);
    accept_value(key, c->accept);
    int length = snprintf(c->head, sizeof c->head, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", path, port, key);
    c->output = (uint8_t *)c->head;
    c->output_left = mode == HANDSHAKES ? 0 : (size_t)length;
    c->resumes = kept;
    if (tls) c->ssl = begin_tls(fd, c);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) fail("connect");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void end(struct connection *c) {
    if (c->state == OPENING) {
        opening_count--;
        fail("closed without an answer to the upgrade");
    } else if (c->state == OPEN) {
        open_count--;
        fail("connection closed");
    }
    end_tls(c->ssl);
    close(c->fd);
    c->state = CLOSED;
    if (comes_and_goes() && errors < 1000) begin(c);
}

/* The server's ticket is there: the handshake is over on both sides. */
static void shook_hands(void *connection) {
    struct connection *c = connection;
    if (mode != HANDSHAKES || c->state != OPENING) return;
    opening_count--;
    c->state = CLOSING;
    record(c->since);
    if (c->resumes && !SSL_session_reused(c->ssl)) fail("not resumed");
}

/* The answer to the upgrade is there; false to close the connection. */
static bool answered(struct connection *c) {
    static const uint8_t goodbye[] = {0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xE8 ^ 2};
    int status = atoi(c->head + 9);
    opening_count--;
    c->state = CLOSING;
    if (mode == CONNECTS) record(c->since);
    if (mode == CONNECTS && measuring) statuses[status > 0 && status < 600 ? status : 0]++;
    if (status != 101) {
        if (mode != CONNECTS) fail("upgrade refused");
        return false;
    }
    if (!strstr(c->head, c->accept)) {
        fail("wrong Sec-WebSocket-Accept");
        return false;
    }
    if (mode == CONNECTS) return send_bytes(c, goodbye, sizeof goodbye);
    c->state = OPEN;
    open_count++;
    return mode == MESSAGES || send_message(c);
}

static bool take_answer(struct connection *c) {
    static const uint8_t pong[] = {0x8A, 0x80, 0, 0, 0, 0};
    if (opcode_of(&c->reader) == CLOSE) return false;
    if (opcode_of(&c->reader) == PING) return c->output_left || send_bytes(c, pong, sizeof pong);
    if (c->reader.length != answer_size || c->reader.start[0] != '{' || c->reader.last != '}') {
        fail("not the answer that was asked for");
        return false;
    }
    record(c->since);
    if (!c->answered) answered_count++;
    c->answered = true;
    return mode == IDLE || send_message(c);
}

static bool take(struct connection *c, uint8_t *bytes, size_t length) {
    while (length && c->state == OPENING) {
        if (c->head_length == HEAD_LIMIT - 1) return false;
        c->head[c->head_length++] = (char)*bytes++;
        length--;
        c->head[c->head_length] = 0;
        if (c->head_length < 4 || memcmp(c->head + c->head_length - 4, "\r\n\r\n", 4)) continue;
        if (!answered(c)) return false;
    }
    while (length) {
        enum taken taken = take_frame(&c->reader, &bytes, &length, false);
        if (taken == MALFORMED) fail("malformed frame");
        if (taken != FRAME) return taken == MORE;
        if (!take_answer(c)) return false;
    }
    return true;
}

static bool ready(struct connection *c) {
    if (!flush(c)) return false;
    for (;;) {
        ssize_t length = get(c->ssl, c->fd, piece, sizeof piece);
        if (length < 0) return errno == EAGAIN && !(mode == HANDSHAKES && c->state == CLOSING);
        if (length == 0 || !take(c, piece, (size_t)length)) return false;
    }
}

/* Runs for some time, or until a counter reaches the number of connections. */
static void run(uint64_t milliseconds, const int *counter) {
    static int begun;
    struct epoll_event events[EVENTS];
    uint64_t until = now() + milliseconds * 1000000;
    while (now() < until && !(counter && *counter >= count) && (comes_and_goes() || !errors)) {
        while (begun < count && opening_count < OPENING_AT_ONCE) begin(&connections[begun++]);
        int ready_count = epoll_wait(epoll, events, EVENTS, 10);
        for (int i = 0; i < ready_count; i++)
            if (!ready(events[i].data.ptr)) end(events[i].data.ptr);
    }
}

static void say(const char *what) {
    printf("%s\n", what);
    fflush(stdout);
}

static void measure(double seconds) {
    if (mode == MESSAGES) {
        run(TIMEOUT_MS, &open_count);
        if (open_count < count) fail("not all connections could be opened");
        for (int i = 0; i < count && !errors; i++)
            if (!send_message(&connections[i])) fail("send");
    }
    run(WARM_UP_MS, NULL);
    say("measuring");
    measuring = true;
    uint64_t since = now();
    run((uint64_t)(seconds * 1000), NULL);
    double taken = (double)(now() - since) / 1e9;
    measuring = false;
    say("measured");
    getchar();
    report(taken);
}

static void hold(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    run(HOLD_TIMEOUT_MS, &answered_count);
    if (answered_count < count) fail("not every connection was answered");
    else say("open");
    while (!errors && poll(&input, 1, 0) == 0) run(10, NULL);
    report(1);
}

int main(int argument_count, char **arguments) {
    const char *name = argument_count > 4 ? arguments[3] : "";
    resumes = !strcmp(name, "resumptions");
    mode = !strcmp(name, "messages") ? MESSAGES : !strcmp(name, "connects") ? CONNECTS :
           !strcmp(name, "handshakes") || resumes ? HANDSHAKES : IDLE;
    if (argument_count != (mode == MESSAGES ? 8 : comes_and_goes() ? 7 : 5)) {
        fprintf(stderr, "usage: load PORT PATH messages|connects|idle|… CONNECTIONS … (the top of load.c says what)\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    bool is_secure = !strncmp(arguments[1], "tls:", 4);
    port = atoi(arguments[1] + (is_secure ? 4 : 0));
    if (is_secure) use_tls(shook_hands);
    path = arguments[2];
    count = atoi(arguments[4]);
    if (comes_and_goes()) addresses = atoi(arguments[5]);
    if (mode == MESSAGES) answer_size = strtoul(arguments[6], NULL, 10);
    make_request(mode == MESSAGES ? strtoul(arguments[5], NULL, 10) : 200);
    connections = calloc((size_t)count, sizeof *connections);
    epoll = epoll_create1(0);
    if (mode == IDLE) hold();
    else measure(strtod(arguments[argument_count - 1], NULL));
    return errors != 0;
}
