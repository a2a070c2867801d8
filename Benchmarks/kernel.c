/* Times the system calls of a proxy, each by itself on loopback. Prints one line of JSON: nanoseconds of one call, less
 * the price of reading the clock.
 *
 * usage: kernel CPU OTHER_CPU
 *
 * Everything runs on CPU. On loopback the sender's call also does the receiver's part of TCP, so it does not matter that
 * both ends are here. Only the echoes have their other end on OTHER_CPU: they take the CPU time of an answered message
 * (epoll_wait, recv, send), which a proxy spends twice. With one connection every epoll_wait sleeps and every send
 * wakes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SMALL = 200, LARGE = 64 << 10, PIPE_SIZE = 1 << 20, WARM_UP = 500, MANY = 20000, SOME = 4000,
    ECHO_CONNECTIONS = 64 };

/* The sum of one kind of call. */
struct price {
    const char *name;
    double total;
    uint64_t count;
};

enum kind {
    NOTHING, GETPPID, EPOLL_READY, EPOLL_EMPTY, EPOLL_ADD, SEND_SMALL, RECV_SMALL, RECV_EMPTY, SEND_LARGE, RECV_LARGE,
    SPLICE_IN, SPLICE_OUT, SOCKET, CONNECT, ACCEPT, SETSOCKOPT, SHUTDOWN, CLOSE, ECHO_ONE, ECHO_MANY,
    KINDS
};

static struct price prices[KINDS] = {
    [NOTHING] = {.name = "clock"}, [GETPPID] = {.name = "getppid"},
    [EPOLL_READY] = {.name = "epoll_wait, ready"}, [EPOLL_EMPTY] = {.name = "epoll_wait, nothing ready"},
    [EPOLL_ADD] = {.name = "epoll_ctl"},
    [SEND_SMALL] = {.name = "send 200 B"}, [RECV_SMALL] = {.name = "recv 200 B"},
    [RECV_EMPTY] = {.name = "recv, nothing there"},
    [SEND_LARGE] = {.name = "send 64 KiB"}, [RECV_LARGE] = {.name = "recv 64 KiB"},
    [SPLICE_IN] = {.name = "splice 64 KiB to a pipe"}, [SPLICE_OUT] = {.name = "splice 64 KiB from a pipe"},
    [SOCKET] = {.name = "socket"}, [CONNECT] = {.name = "connect"}, [ACCEPT] = {.name = "accept4"},
    [SETSOCKOPT] = {.name = "setsockopt"}, [SHUTDOWN] = {.name = "shutdown"}, [CLOSE] = {.name = "close"},
    [ECHO_ONE] = {.name = "echo, 1 connection"}, [ECHO_MANY] = {.name = "echo, 64 connections"},
};

static bool measuring;
static char bytes[LARGE];
static int listener;
static struct sockaddr_in address;

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void add(enum kind kind, double since) {
    double taken = now(CLOCK_MONOTONIC) - since;
    /* No call takes 250 µs: an interrupt or another process came between. */
    if (!measuring || taken > 250000) return;
    prices[kind].total += taken;
    prices[kind].count++;
}

#define TIMED(kind, call) ({ double since_ = now(CLOCK_MONOTONIC); long got_ = (long)(call); add(kind, since_); got_; })

static void check(bool good, const char *what) {
    if (good) return;
    perror(what);
    exit(1);
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    check(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

static void listen_on_loopback(void) {
    socklen_t length = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 128) == 0, "listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
}

/* Connects a pair of sockets, and times the calls of both sides. */
static void make_pair(int ends[2], int flags) {
    int on = 1;
    ends[0] = (int)TIMED(SOCKET, socket(AF_INET, SOCK_STREAM | flags, 0));
    long got = TIMED(CONNECT, connect(ends[0], (struct sockaddr *)&address, sizeof address));
    check(got == 0 || errno == EINPROGRESS, "connect");
    while ((ends[1] = (int)TIMED(ACCEPT, accept4(listener, NULL, NULL, flags))) < 0) check(errno == EAGAIN, "accept4");
    for (int i = 0; i < 2; i++) TIMED(SETSOCKOPT, setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

/* Sends so many bytes from one end to the other and takes them there, timing calls that move all of them at once. */
static void carry(const int ends[2], size_t size, enum kind sending, enum kind taking) {
    double since = now(CLOCK_MONOTONIC);
    ssize_t sent = send(ends[0], bytes, size, 0);
    if (sent == (ssize_t)size) add(sending, since);
    check(sent > 0, "send");
    for (ssize_t left = sent; left;) {
        since = now(CLOCK_MONOTONIC);
        ssize_t taken = recv(ends[1], bytes, size, 0);
        if (taken == (ssize_t)size) add(taking, since);
        check(taken > 0 || errno == EAGAIN, "recv");
        if (taken > 0) left -= taken;
    }
}

/* From one pair of sockets through a pipe to another pair, in pieces of 64 KiB. */
static void carry_by_splice(const int from[2], const int to[2], const int pipe[2]) {
    check(send(from[0], bytes, LARGE, 0) == LARGE, "send");
    double since = now(CLOCK_MONOTONIC);
    ssize_t moved = splice(from[1], NULL, pipe[1], NULL, PIPE_SIZE, SPLICE_F_NONBLOCK);
    add(SPLICE_IN, since);
    check(moved == LARGE, "splice");
    since = now(CLOCK_MONOTONIC);
    moved = splice(pipe[0], NULL, to[0], NULL, LARGE, SPLICE_F_NONBLOCK);
    add(SPLICE_OUT, since);
    check(moved == LARGE, "splice");
    for (ssize_t left = LARGE; left;) {
        ssize_t taken = recv(to[1], bytes, LARGE, 0);
        check(taken > 0 || errno == EAGAIN, "recv");
        if (taken > 0) left -= taken;
    }
}

static void measure_epoll(const int ends[2], int count) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLET}, events[16];
    int epoll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        TIMED(NOTHING, 0);
        TIMED(GETPPID, getppid());
        TIMED(EPOLL_ADD, epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event));
        TIMED(EPOLL_EMPTY, epoll_wait(epoll, events, 16, 0));
        check(send(ends[0], bytes, SMALL, 0) == SMALL, "send");
        TIMED(EPOLL_READY, epoll_wait(epoll, events, 16, 0));
        check(recv(ends[1], bytes, SMALL, 0) == SMALL, "recv");
        TIMED(RECV_EMPTY, recv(ends[1], bytes, SMALL, 0));
        TIMED(EPOLL_ADD, epoll_ctl(epoll, EPOLL_CTL_DEL, ends[1], &event));
    }
    close(epoll);
}

static void measure_messages(int count) {
    int first[2], second[2], pipe[2];
    make_pair(first, SOCK_NONBLOCK);
    make_pair(second, SOCK_NONBLOCK);
    check(pipe2(pipe, O_NONBLOCK) == 0 && fcntl(pipe[1], F_SETPIPE_SZ, PIPE_SIZE) > 0, "pipe");
    for (int i = 0; i < count; i++) {
        carry(first, SMALL, SEND_SMALL, RECV_SMALL);
        carry((int[2]){first[1], first[0]}, SMALL, SEND_SMALL, RECV_SMALL);
    }
    for (int i = 0; i < count / 4; i++) carry(first, LARGE, SEND_LARGE, RECV_LARGE);
    for (int i = 0; i < count / 4; i++) carry_by_splice(first, second, pipe);
    measure_epoll(first, count);
    for (int i = 0; i < 2; i++) {
        close(first[i]);
        close(second[i]);
        close(pipe[i]);
    }
}

static void measure_connections(int count) {
    int ends[2];
    for (int i = 0; i < count; i++) {
        make_pair(ends, SOCK_NONBLOCK);
        TIMED(SHUTDOWN, shutdown(ends[0], SHUT_WR));
        TIMED(SHUTDOWN, shutdown(ends[1], SHUT_WR));
        TIMED(CLOSE, close(ends[0]));
        TIMED(CLOSE, close(ends[1]));
    }
}

struct caller {
    int fds[ECHO_CONNECTIONS], count, cpu;
};

static int watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Keeps one message under way on each connection, until the other side ends them. */
static void call(const struct caller *caller) {
    struct epoll_event events[ECHO_CONNECTIONS];
    char text[SMALL] = "";
    int epoll = epoll_create1(0);
    pin(caller->cpu);
    for (int i = 0; i < caller->count; i++)
        check(watch(epoll, caller->fds[i]) == 0 && send(caller->fds[i], text, SMALL, 0) == SMALL, "call");
    for (;;) {
        int ready = epoll_wait(epoll, events, ECHO_CONNECTIONS, -1);
        for (int i = 0; i < ready; i++) {
            if (recv(events[i].data.fd, text, SMALL, 0) != SMALL) return;
            if (send(events[i].data.fd, text, SMALL, MSG_NOSIGNAL) != SMALL) return;
        }
    }
}

static void measure_echo(enum kind kind, int connections, int other_cpu) {
    struct caller caller = {.count = connections, .cpu = other_cpu};
    struct epoll_event events[ECHO_CONNECTIONS];
    int ends[2], ours[ECHO_CONNECTIONS], epoll = epoll_create1(0), done = 0;
    pid_t child;
    for (int i = 0; i < connections; i++) {
        make_pair(ends, 0);
        caller.fds[i] = ends[0];
        ours[i] = ends[1];
        check(watch(epoll, ends[1]) == 0, "epoll_ctl");
    }
    check((child = fork()) >= 0, "fork");
    if (!child) {
        call(&caller);
        _exit(0);
    }
    double since = 0;
    while (done < WARM_UP + MANY) {
        int ready = epoll_wait(epoll, events, ECHO_CONNECTIONS, -1);
        for (int i = 0; i < ready; i++, done++) {
            int fd = events[i].data.fd;
            if (done == WARM_UP) since = now(CLOCK_THREAD_CPUTIME_ID);
            check(recv(fd, bytes, SMALL, 0) == SMALL && send(fd, bytes, SMALL, MSG_NOSIGNAL) == SMALL, "echo");
        }
    }
    prices[kind].total = now(CLOCK_THREAD_CPUTIME_ID) - since;
    prices[kind].count = (uint64_t)(done - WARM_UP);
    for (int i = 0; i < connections; i++) shutdown(ours[i], SHUT_RDWR);
    waitpid(child, NULL, 0);
    for (int i = 0; i < connections; i++) {
        close(ours[i]);
        close(caller.fds[i]);
    }
    close(epoll);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: kernel CPU OTHER_CPU\n");
        return 2;
    }
    pin(atoi(arguments[1]));
    listen_on_loopback();
    measure_messages(WARM_UP);
    measuring = true;
    measure_messages(MANY);
    measure_connections(SOME);
    measure_echo(ECHO_ONE, 1, atoi(arguments[2]));
    measure_echo(ECHO_MANY, ECHO_CONNECTIONS, atoi(arguments[2]));
    double clock = prices[NOTHING].total / (double)prices[NOTHING].count;
    for (int i = GETPPID; i < KINDS; i++) {
        double one = prices[i].total / (double)prices[i].count - (i >= ECHO_ONE ? 0 : clock);
        printf("%s\"%s\":%.0f", i == GETPPID ? "{" : ",", prices[i].name, one);
    }
    printf("}\n");
}
