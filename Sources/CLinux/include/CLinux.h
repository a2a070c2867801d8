/* The Linux calls that Swift cannot import: those hidden behind _GNU_SOURCE, and variadic ones. Each function makes one
 * call and has no logic. Includes only headers that Swift's own libc module leaves out, so that no two modules declare
 * the same thing. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

/* accept4(2): the new connection is non-blocking and closed on exec. `address` holds a sockaddr_storage. */
int clinux_accept(int fd, void *address, uint32_t *length);

/* splice(2) without offsets: both descriptors are streams. */
long clinux_splice(int from, int to, size_t length, unsigned int flags);

/* pipe2(2): both ends are non-blocking and closed on exec. */
int clinux_pipe(int ends[2]);

/* fcntl(2) F_SETPIPE_SZ: returns the pipe's new size, or -1. */
int clinux_set_pipe_size(int fd, int bytes);

/* prctl(2) PR_SET_DUMPABLE 0. */
int clinux_forbid_dumps(void);

/* setrlimit(2) RLIMIT_NOFILE: the soft limit becomes the hard one. */
int clinux_raise_descriptor_limit(void);

/* signalfd(2) for a set of signals. Blocks them for the calling thread and for the threads it starts later. */
int clinux_signal_descriptor(const int *signals, int count);

/* ioctl(2) SIOCOUTQ: how many bytes a TCP socket has sent that the peer has not acknowledged, or -1. */
int clinux_unacknowledged(int fd);

extern const unsigned int clinux_splice_move;
extern const unsigned int clinux_splice_nonblock;
extern const unsigned int clinux_splice_more;
