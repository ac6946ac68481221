// A worker that costs as little as a worker can: answers every GET with 200 and 1 KB, keep-alive, one thread.
//   GET /1m   1 MB instead of 1 KB
//   GET /up   at once, whatever --delay says (the health check's page)
// Listens on 127.0.0.1:$PORT, or on a free port; says `PORT\n` on standard output.
// Usage: upstream [--delay MILLISECONDS | --leak MEGABYTES]
//   --leak  from SIGUSR1 on it takes so much memory each second, and gives none back
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 65536, HEAD = 16384, SMALL = 1024, LARGE = 1 << 20 };

struct connection {
    int used;             // bytes of the request's head in `head`
    unsigned life;        // tells a connection from an earlier one with the same descriptor
    int last;             // the client said Connection: close
    const char *out;      // what is left to send
    size_t left;
    char head[HEAD];
};

struct later {
    int fd;
    unsigned life;
    const char *answer;
    size_t length;
    long due;             // ns
};

static struct connection *connections[CONNECTIONS];
static struct later later[CONNECTIONS]; // a ring: every delay is the same, so it is in order of `due`
static unsigned later_first, later_count;
static char *small_answer, *large_answer;
static size_t small_length, large_length;
static long delay_ns;
static int poller;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static char *make_answer(size_t body, size_t *length) {
    char *answer = malloc(body + 256);
    if (!answer) err(1, "malloc");
    int head = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", body);
    memset(answer + head, 'x', body);
    *length = head + body;
    return answer;
}

static void drop(int fd) {
    struct connection *c = connections[fd];
    c->life++;
    c->used = 0;
    c->left = 0;
    c->last = 0;
    close(fd);
}

static void want(int fd, unsigned events) {
    struct epoll_event e = {.events = events, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_MOD, fd, &e);
}

// 0 when the connection was dropped.
static int flush(int fd) {
    struct connection *c = connections[fd];
    while (c->left) {
        ssize_t n = send(fd, c->out, c->left, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            want(fd, EPOLLIN | EPOLLOUT);
            return 1;
        }
        if (n <= 0) {
            drop(fd);
            return 0;
        }
        c->out += n;
        c->left -= n;
    }
    if (!c->last) return 1;
    drop(fd);
    return 0;
}

static int answer(int fd, const char *bytes, size_t length) {
    connections[fd]->out = bytes;
    connections[fd]->left = length;
    return flush(fd);
}

static int respond(int fd, const char *head) {
    int large = !strncmp(head, "GET /1m ", 8), health = !strncmp(head, "GET /up ", 8);
    const char *bytes = large ? large_answer : small_answer;
    size_t length = large ? large_length : small_length;
    if (!delay_ns || health) return answer(fd, bytes, length);
    if (later_count == CONNECTIONS) {
        drop(fd);
        return 0;
    }
    later[(later_first + later_count++) % CONNECTIONS] = (struct later){fd, connections[fd]->life, bytes, length, now() + delay_ns};
    return 1;
}

static void readable(int fd) {
    struct connection *c = connections[fd];
    ssize_t n = recv(fd, c->head + c->used, HEAD - 1 - c->used, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        drop(fd);
        return;
    }
    c->used += n;
    c->head[c->used] = 0;
    char *end = memmem(c->head, c->used, "\r\n\r\n", 4);
    if (!end) {
        if (c->used == HEAD - 1) drop(fd);
        return;
    }
    // A proxy sends the next request after this one's answer: nothing follows the head.
    c->used = 0;
    c->last = strcasestr(c->head, "\r\nConnection: close") != NULL;
    respond(fd, c->head);
}

static void accept_all(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        if (fd >= CONNECTIONS) {
            close(fd);
            continue;
        }
        if (!connections[fd] && !(connections[fd] = calloc(1, sizeof(struct connection)))) err(1, "calloc");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
    }
}

// Answers what is due; returns the ms until the next is, or -1.
static int answer_due(void) {
    long t = now();
    while (later_count && later[later_first].due <= t) {
        struct later one = later[later_first];
        later_first = (later_first + 1) % CONNECTIONS;
        later_count--;
        if (connections[one.fd]->life == one.life) answer(one.fd, one.answer, one.length);
    }
    return later_count ? (int)((later[later_first].due - t + 999999) / 1000000) : -1;
}

static void *leak(void *megabytes) {
    size_t tenth = (size_t)megabytes * 1000000 / 10;
    sigset_t begin;
    int signal;
    sigemptyset(&begin);
    sigaddset(&begin, SIGUSR1);
    sigwait(&begin, &signal);
    for (;;) {
        // Written to as volatile: a compiler leaves out what nobody reads.
        volatile char *memory = malloc(tenth);
        for (size_t i = 0; memory && i < tenth; i += 512) memory[i] = 1;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return NULL;
}

static void leak_when_told(size_t megabytes) {
    sigset_t begin;
    pthread_t thread;
    sigemptyset(&begin);
    sigaddset(&begin, SIGUSR1);
    sigprocmask(SIG_BLOCK, &begin, NULL);
    if (pthread_create(&thread, NULL, leak, (void *)megabytes)) errx(1, "pthread_create");
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "--delay")) delay_ns = atol(argv[2]) * 1000000L;
    else if (argc == 3 && !strcmp(argv[1], "--leak")) leak_when_told(atol(argv[2]));
    else if (argc != 1) errx(2, "usage: upstream [--delay MILLISECONDS | --leak MEGABYTES]");
    small_answer = make_answer(SMALL, &small_length);
    large_answer = make_answer(LARGE, &large_length);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *port = getenv("PORT");
    address.sin_port = htons(port ? atoi(port) : 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) err(1, "port %s", port ? port : "0");
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(poller, events, 256, answer_due());
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_all(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT) {
                if (!flush(fd)) continue;
                if (!connections[fd]->left) want(fd, EPOLLIN);
            }
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(fd);
        }
    }
}
