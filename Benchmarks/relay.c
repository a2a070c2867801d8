/* The least a relay between two sockets can do, as a yardstick for the proxies: it parses, checks and counts nothing
 * and has no deadline. One thread, one edge-triggered epoll.
 *
 * usage: relay PORT CHROME_PORT copy|splice
 *
 * "copy" reads into one buffer and writes out of it. "splice" does so too until a read fills the buffer, and then moves
 * the bytes through a pipe until the socket is empty. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 64 << 10, PIPE_SIZE = 1 << 20, EVENTS = 256 };

/* One direction. Bytes that the receiver has not taken are in `kept` or in the pipe. */
struct flow {
    int from, to, pipe[2];
    char *kept;
    size_t kept_at, kept_end, piped;
    bool splicing, hung_up, ended;
};

struct pair;

/* The data of an epoll event: one socket of a pair, and which of the flows it sends. */
struct end {
    struct pair *pair;
    int index;
};

struct pair {
    struct end ends[2];
    struct flow flows[2];      /* flows[i] comes from socket i */
    struct pair *next_over;
    bool over;
};

static bool may_splice;
static int epoll;
static struct sockaddr_in chrome;
static char piece[PIECE];
static struct pair *all_over;  /* freed at the end of the wakeup, whose later events may name them */

/* Sends the bytes of earlier reads; true when none is left. Sets *failed. */
static bool deliver(struct flow *f, bool *failed) {
    while (f->kept_at < f->kept_end || f->piped) {
        ssize_t count = f->piped
            ? splice(f->pipe[0], NULL, f->to, NULL, f->piped, SPLICE_F_NONBLOCK)
            : send(f->to, f->kept + f->kept_at, f->kept_end - f->kept_at, 0);
        if (count < 0) {
            *failed = errno != EAGAIN;
            return false;
        }
        if (f->piped) f->piped -= (size_t)count;
        else f->kept_at += (size_t)count;
    }
    free(f->kept);
    f->kept = NULL;
    f->kept_at = f->kept_end = 0;
    return true;
}

static bool open_pipe(struct flow *f) {
    if (f->pipe[0] >= 0) return true;
    if (pipe2(f->pipe, O_NONBLOCK | O_CLOEXEC)) return false;
    fcntl(f->pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
    return true;
}

static ssize_t take(struct flow *f) {
    if (!f->splicing) return recv(f->from, piece, PIECE, 0);
    if (!open_pipe(f)) return -1;
    return splice(f->from, NULL, f->pipe[1], NULL, PIPE_SIZE, SPLICE_F_NONBLOCK);
}

/* Sends the bytes of a read, and keeps those that the receiver does not take. */
static bool pass(struct flow *f, size_t count) {
    if (f->splicing) {
        f->piped = count;
        return true;
    }
    ssize_t sent = send(f->to, piece, count, 0);
    if (sent < 0 && errno != EAGAIN) return false;
    size_t begin = sent < 0 ? 0 : (size_t)sent;
    if (begin == count) return true;
    f->kept = malloc(count - begin);
    if (!f->kept) return false;
    memcpy(f->kept, piece + begin, count - begin);
    f->kept_end = count - begin;
    return true;
}

/* Moves as many bytes as both sockets allow; false when the connection has failed. */
static bool move(struct flow *f) {
    bool failed = false;
    while (!f->ended && deliver(f, &failed)) {
        ssize_t count = take(f);
        if (count < 0) {
            f->splicing = false;
            return errno == EAGAIN;
        }
        if (count == 0) {
            f->ended = true;
            return shutdown(f->to, SHUT_WR) == 0;
        }
        if (!pass(f, (size_t)count)) return false;
        /* A short read emptied the socket, and the next byte makes a new event; but an end may follow it. */
        if (!f->splicing && count < PIECE && !f->hung_up) return true;
        if (may_splice && count == PIECE) f->splicing = true;
    }
    return !failed;
}

static void finish(struct pair *p) {
    for (int i = 0; i < 2; i++) {
        close(p->flows[i].from);
        if (p->flows[i].pipe[0] >= 0) {
            close(p->flows[i].pipe[0]);
            close(p->flows[i].pipe[1]);
        }
        free(p->flows[i].kept);
    }
    p->over = true;
    p->next_over = all_over;
    all_over = p;
}

static void handle(struct end *end, uint32_t events) {
    struct pair *p = end->pair;
    struct flow *in = &p->flows[end->index], *out = &p->flows[1 - end->index];
    if (p->over) return;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) in->hung_up = true;
    bool alive = !(events & EPOLLERR);
    if (alive && events & EPOLLOUT && (out->kept || out->piped)) alive = move(out);
    if (alive && events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) alive = move(in);
    if (!alive || (in->ended && out->ended)) finish(p);
}

static void begin(int client) {
    int on = 1, fds[2] = {client, socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    struct pair *p = calloc(1, sizeof *p);
    if (!p || fds[1] < 0 || (connect(fds[1], (struct sockaddr *)&chrome, sizeof chrome) && errno != EINPROGRESS)) {
        if (fds[1] >= 0) close(fds[1]);
        close(client);
        free(p);
        return;
    }
    for (int i = 0; i < 2; i++) {
        p->ends[i] = (struct end){.pair = p, .index = i};
        p->flows[i] = (struct flow){.from = fds[i], .to = fds[1 - i], .pipe = {-1, -1}};
        setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    for (int i = 0; i < 2; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = &p->ends[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
    }
}

static int listen_on_loopback(int port) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    chrome = address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("relay");
        exit(1);
    }
    return listener;
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: relay PORT CHROME_PORT copy|splice\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int client, listener = listen_on_loopback(atoi(arguments[1]));
    chrome.sin_port = htons((uint16_t)atoi(arguments[2]));
    may_splice = !strcmp(arguments[3], "splice");
    epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) handle(events[i].data.ptr, events[i].events);
            else while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) begin(client);
        }
        while (all_over) {
            struct pair *p = all_over;
            all_over = p->next_over;
            free(p);
        }
    }
}
