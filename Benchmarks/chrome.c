/* A stand-in for Chrome's DevTools port, fast enough that the proxy is the bottleneck.
 *
 * usage: chrome PORT events|threads
 *
 * GET /json/version names the browser endpoint; an upgrade on any path opens a WebSocket. Each text message must be a
 * command whose first parameter is "answer":SIZE, and is answered by a message of that size. The next message is read
 * when the socket has taken the whole answer.
 *
 * "events" is one thread with one epoll. With "threads" each connection has a thread, and as root a thread with small
 * answers runs before the others. A large answer on one connection then delays no other connection here, so the
 * remaining delay is the proxy's. */
#define _GNU_SOURCE
#include "frames.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 256 * 1024, LARGEST_ANSWER = 128 << 20, EVENTS = 256, SMALL_ANSWER = 4096, SHORT_PIECE = 16 * 1024 };

struct connection {
    int fd;
    bool upgraded, ending, ranked;
    char head[HEAD_LIMIT];
    size_t head_length;
    struct reader reader;
    const char *output;        /* the unsent bytes */
    size_t output_left;
    char small[512];           /* holds output that is made for this connection */
};

/* One prepared answer for each size asked for. */
static struct answer {
    uint64_t size;
    char *bytes;
    size_t length;
} answers[16];

static _Thread_local uint8_t piece[PIECE];
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
static bool threads;
static int port;

static struct answer *find_or_make(uint64_t size) {
    static const char start[] = "{\"id\":1,\"result\":\"", end[] = "\"}";
    size_t i = 0;
    while (i < 16 && answers[i].bytes && answers[i].size != size) i++;
    if (i == 16 || size > LARGEST_ANSWER || size < sizeof start + sizeof end) return NULL;
    struct answer *answer = &answers[i];
    if (answer->bytes) return answer;
    answer->bytes = malloc(size + LONGEST_HEADER);
    size_t header = put_header((uint8_t *)answer->bytes, TEXT, size, false);
    memset(answer->bytes + header, 'x', size);
    memcpy(answer->bytes + header, start, sizeof start - 1);
    memcpy(answer->bytes + header + size - (sizeof end - 1), end, sizeof end - 1);
    answer->size = size;
    answer->length = header + size;
    return answer;
}

static struct answer *answer_of(uint64_t size) {
    pthread_mutex_lock(&making);
    struct answer *answer = find_or_make(size);
    pthread_mutex_unlock(&making);
    return answer;
}

/* The first message says which kind of connection this is. */
static void rank(struct connection *c, uint64_t size) {
    struct sched_param first = {.sched_priority = 1};
    if (threads && !c->ranked && size <= SMALL_ANSWER) sched_setscheduler(0, SCHED_FIFO, &first);
    c->ranked = true;
}

/* Sends what the socket takes; false when the connection is over. */
static bool flush(struct connection *c) {
    /* Calls are short where the latency of another connection is measured: a kernel that does not preempt itself delays
       every thread of the CPU until the call returns. */
    const size_t most = threads ? SHORT_PIECE : LARGEST_ANSWER;
    while (c->output_left) {
        ssize_t sent = send(c->fd, c->output, c->output_left < most ? c->output_left : most, 0);
        if (sent < 0) return errno == EAGAIN;
        c->output += sent;
        c->output_left -= (size_t)sent;
    }
    return !c->ending;
}

static bool reply(struct connection *c, const char *bytes, size_t length) {
    c->output = bytes;
    c->output_left = length;
    return flush(c);
}

static void field_value(const char *head, const char *name, char *value, size_t size) {
    const char *field = strcasestr(head, name);
    size_t length = field ? strcspn(field + strlen(name), "\r") : 0;
    snprintf(value, size, "%.*s", (int)length, field ? field + strlen(name) : "");
}

static bool answer_head(struct connection *c) {
    char key[64], accept[ACCEPT_LENGTH + 1];
    int length;
    field_value(c->head, "\r\nSec-WebSocket-Key: ", key, sizeof key);
    if (key[0]) {
        accept_value(key, accept);
        length = snprintf(c->small, sizeof c->small, "HTTP/1.1 101 WebSocket Protocol Handshake\r\n"
            "Upgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
        c->upgraded = true;
    } else {
        char body[256];
        int size = snprintf(body, sizeof body, "{\"Browser\":\"Chrome/0.0.0.0\",\"Protocol-Version\":\"1.3\","
            "\"webSocketDebuggerUrl\":\"ws://127.0.0.1:%d/devtools/browser/00000000-0000-4000-8000-000000000000\"}",
            port);
        length = snprintf(c->small, sizeof c->small, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n"
            "Content-Type: application/json\r\n\r\n%s", size, body);
    }
    c->head_length = 0;
    return reply(c, c->small, (size_t)length);
}

static bool answer_frame(struct connection *c) {
    struct reader *r = &c->reader;
    enum opcode opcode = opcode_of(r);
    if (opcode == TEXT) {
        const size_t prefix = sizeof COMMAND - 1;
        if (strncmp(r->start, COMMAND, prefix) || r->last != '}') return false;
        uint64_t size = strtoull(r->start + prefix, NULL, 10);
        struct answer *answer = answer_of(size);
        rank(c, size);
        return answer && reply(c, answer->bytes, answer->length);
    }
    if (opcode == PONG) return true;
    if (r->length > 70) return false;
    size_t header = put_header((uint8_t *)c->small, opcode == PING ? PONG : CLOSE, r->length, false);
    memcpy(c->small + header, r->start, r->length);
    c->ending = opcode == CLOSE;
    return reply(c, c->small, header + r->length);
}

static bool take(struct connection *c, uint8_t *bytes, size_t count) {
    while (count && !c->upgraded) {
        if (c->head_length == HEAD_LIMIT - 1) return false;
        c->head[c->head_length++] = (char)*bytes++;
        count--;
        c->head[c->head_length] = 0;
        if (c->head_length < 4 || memcmp(c->head + c->head_length - 4, "\r\n\r\n", 4)) continue;
        if (!answer_head(c)) return false;
    }
    while (count) {
        enum taken taken = take_frame(&c->reader, &bytes, &count, true);
        if (taken == MALFORMED) return false;
        if (taken == MORE) break;
        /* The loop is closed: no bytes follow a message that asks for an answer. */
        if (count && opcode_of(&c->reader) == TEXT) return false;
        if (!answer_frame(c)) return false;
    }
    return true;
}

static bool ready(struct connection *c) {
    if (!flush(c)) return false;
    while (!c->output_left) {
        ssize_t count = recv(c->fd, piece, sizeof piece, 0);
        if (count < 0) return errno == EAGAIN;
        if (count == 0 || !take(c, piece, (size_t)count)) return false;
    }
    return true;
}

static void accept_all(int listener, int epoll) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static void *converse(void *argument) {
    struct connection *c = argument;
    struct pollfd socket = {.fd = c->fd};
    do {
        socket.events = c->output_left ? POLLOUT : POLLIN;
        poll(&socket, 1, -1);
    } while (ready(c));
    close(c->fd);
    free(c);
    return NULL;
}

static void serve_with_threads(int listener) {
    struct pollfd socket = {.fd = listener, .events = POLLIN};
    int fd, on = 1;
    pthread_t thread;
    for (;;) {
        poll(&socket, 1, -1);
        if ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        if (pthread_create(&thread, NULL, converse, c)) exit(1);
        pthread_detach(thread);
    }
}

static int listen_on_loopback(int number) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("chrome");
        exit(1);
    }
    return listener;
}

static void serve_with_events(int listener) {
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready_count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready_count; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener, epoll);
            } else if (!ready(c)) {
                close(c->fd);
                free(c);
            }
        }
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: chrome PORT events|threads\n");
        return 2;
    }
    port = atoi(arguments[1]);
    threads = !strcmp(arguments[2], "threads");
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on_loopback(port);
    if (threads) serve_with_threads(listener);
    else serve_with_events(listener);
}
