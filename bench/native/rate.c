// Sends GETs at a fixed rate, whatever comes back, as a public that does not wait for its neighbours. Each request's time counts from the
// moment at which it was due, so a stall shows in every request that fell into it (no coordinated omission). One thread; ends after
// SECONDS + TIMEOUT at the latest. Opens connections as needed, up to CONNECTIONS; says one JSON line.
// Usage: rate PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS TIMEOUT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 8192, SLOW_US = 1000000 };
enum outcome { WAITING, ANSWERED, REFUSED, RESET, STATUS, TIMED_OUT };
enum state { CLOSED, CONNECTING, IDLE, BUSY };

struct connection {
    enum state state;
    int fd, next_idle;
    long request;         // which one is inside
    int used;             // bytes of the answer's head so far
    int status;           // 0 while the head is incomplete
    int last;             // the answer said Connection: close
    long left;            // bytes of the body to come; -1: until the end of the connection
    char head[HEAD];
};

static struct connection *connections;
static int capacity, opened, idle = -1, poller;
static struct sockaddr_in address;
static char request_bytes[1024];
static int request_length, first_status;
static long total, due_next, sent_next, finished, start, interval_ns, timeout_ns;
static unsigned *microseconds;
static unsigned char *outcomes;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static long due(long request) { return start + request * interval_ns; }

static void finish(long request, enum outcome outcome) {
    microseconds[request] = (unsigned)((now() - due(request)) / 1000);
    outcomes[request] = outcome;
    finished++;
}

static void close_connection(struct connection *c) {
    if (c->state == IDLE) {
        int *link = &idle;
        while (*link != c - connections) link = &connections[*link].next_idle;
        *link = c->next_idle;
    }
    close(c->fd);
    c->state = CLOSED;
    opened--;
}

static void fail(struct connection *c, enum outcome outcome) {
    long request = c->request;
    close_connection(c);
    finish(request, outcome);
}

static void watch(struct connection *c, int operation, unsigned events) {
    struct epoll_event e = {.events = events, .data.u32 = (unsigned)(c - connections)};
    if (epoll_ctl(poller, operation, c->fd, &e)) err(1, "epoll_ctl");
}

static void send_request(struct connection *c) {
    c->state = BUSY;
    c->used = c->status = c->last = 0;
    if (send(c->fd, request_bytes, request_length, MSG_NOSIGNAL) != request_length) fail(c, RESET);
}

static void connect_for(long request) {
    struct connection *c = connections;
    while (c->state != CLOSED) c++;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) err(1, "socket (more than `ulimit -n` allows?)");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    opened++;
    c->request = request;
    c->state = CONNECTING;
    watch(c, EPOLL_CTL_ADD, EPOLLOUT);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) fail(c, REFUSED);
}

// Hands on what is due, while there are connections for it; the rest waits, and its time runs.
static void dispatch(void) {
    while (sent_next < due_next) {
        if (outcomes[sent_next] != WAITING) {
            sent_next++;
            continue;
        }
        if (idle >= 0) {
            struct connection *c = connections + idle;
            idle = c->next_idle;
            c->request = sent_next++;
            send_request(c);
        } else if (opened < capacity) {
            connect_for(sent_next++);
        } else {
            return;
        }
    }
}

static void complete(struct connection *c) {
    long request = c->request;
    int good = c->status == 200;
    if (!good && !first_status) first_status = c->status;
    if (c->last || !good) {
        close_connection(c);
    } else {
        c->state = IDLE;
        c->next_idle = idle;
        idle = (int)(c - connections);
    }
    finish(request, good ? ANSWERED : STATUS);
}

static const char *header(const char *head, const char *name) {
    const char *found = strcasestr(head, name);
    return found ? found + strlen(name) : NULL;
}

// Takes the head, once it is whole; what follows it in the buffer is body.
static void parse_head(struct connection *c) {
    c->head[c->used] = 0;
    char *end = strstr(c->head, "\r\n\r\n");
    if (!end) {
        if (c->used == HEAD - 1) fail(c, RESET);
        return;
    }
    *end = 0;
    c->status = strncmp(c->head, "HTTP/1.", 7) ? 999 : atoi(c->head + 9);
    const char *length = header(c->head, "\r\nContent-Length:"), *connection = header(c->head, "\r\nConnection: close");
    c->last = connection != NULL || !length;
    c->left = length ? atol(length) - (c->used - (end + 4 - c->head)) : -1;
    // The bench's upstreams always say how long; anything else is an error page, whose status is all that counts.
    if (c->left == 0 || (!length && c->status != 200)) complete(c);
}

static void readable(struct connection *c) {
    static char rest[65536];
    for (;;) {
        int in_body = c->state == BUSY && c->status;
        ssize_t n = in_body ? recv(c->fd, rest, sizeof rest, 0) : recv(c->fd, c->head + c->used, HEAD - 1 - c->used, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (c->state == IDLE) {
            close_connection(c);
            return;
        }
        if (n <= 0) {
            if (n == 0 && in_body && c->left < 0) complete(c);
            else fail(c, RESET);
            return;
        }
        if (in_body) {
            if (c->left > 0 && (c->left -= n) <= 0) complete(c);
        } else {
            c->used += n;
            parse_head(c);
        }
        if (c->state != BUSY) return;
    }
}

static void event(struct connection *c, unsigned events) {
    if (c->state == CLOSED) return;
    if (c->state == CONNECTING) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error) {
            fail(c, REFUSED);
            return;
        }
        watch(c, EPOLL_CTL_MOD, EPOLLIN);
        send_request(c);
    } else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        if (c->state == IDLE) c->used = 0;
        readable(c);
    }
}

static void time_out(long t) {
    for (int i = 0; i < capacity; i++)
        if ((connections[i].state == BUSY || connections[i].state == CONNECTING) && due(connections[i].request) + timeout_ns <= t) fail(connections + i, TIMED_OUT);
    for (long i = sent_next; i < due_next && due(i) + timeout_ns <= t; i++)
        if (outcomes[i] == WAITING) finish(i, TIMED_OUT);
}

static int ascending(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static void report(void) {
    long counts[TIMED_OUT + 1] = {0}, slow = 0;
    for (long i = 0; i < total; i++) {
        counts[outcomes[i]]++;
        slow += microseconds[i] > SLOW_US;
    }
    qsort(microseconds, total, sizeof *microseconds, ascending);
    printf("{\"requests\":%ld,\"answered\":%ld,\"refused\":%ld,\"reset\":%ld,\"status\":%ld,\"firstStatus\":%d,\"timedOut\":%ld,\"slow\":%ld,"
           "\"p50Us\":%u,\"p99Us\":%u,\"maxUs\":%u}\n",
           total, counts[ANSWERED], counts[REFUSED], counts[RESET], counts[STATUS], first_status, counts[TIMED_OUT] + counts[WAITING], slow,
           microseconds[total / 2], microseconds[total * 99 / 100], microseconds[total - 1]);
}

int main(int argc, char **argv) {
    if (argc != 7) errx(2, "usage: rate PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS TIMEOUT");
    long rate = atol(argv[3]), seconds = atol(argv[4]);
    capacity = atoi(argv[5]);
    timeout_ns = atol(argv[6]) * 1000000000L;
    total = rate * seconds;
    if (total <= 0 || capacity <= 0 || timeout_ns <= 0) errx(2, "every number must be above 0");
    interval_ns = 1000000000L / rate;
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    request_length = snprintf(request_bytes, sizeof request_bytes, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nUser-Agent: understudy-bench\r\nAccept: */*\r\n\r\n", argv[2], argv[1]);
    connections = calloc(capacity, sizeof *connections);
    microseconds = calloc(total, sizeof *microseconds);
    outcomes = calloc(total, 1);
    if (!connections || !microseconds || !outcomes) err(1, "calloc");
    // A timer may be 50 us late by default, which is much of a fast answer's time.
    prctl(PR_SET_TIMERSLACK, 1UL);
    poller = epoll_create1(EPOLL_CLOEXEC);
    start = now() + 10000000;
    long checked = start, end = start + seconds * 1000000000L + timeout_ns + 1000000000L;
    struct epoll_event events[256];
    for (long t = now(); finished < total && t < end; t = now()) {
        while (due_next < total && due(due_next) <= t) due_next++;
        dispatch();
        if (t - checked > 50000000) {
            time_out(t);
            checked = t;
        }
        long wait = due_next < total ? due(due_next) - now() : 50000000;
        if (wait > 50000000) wait = 50000000;
        if (wait < 0) wait = 0;
        int n = epoll_pwait2(poller, events, 256, &(struct timespec){.tv_nsec = wait}, NULL);
        for (int i = 0; i < n; i++) event(connections + events[i].data.u32, events[i].events);
    }
    report();
}
