// Times a command by a process small enough not to be in the way.
//   stopwatch serve PORT CORE COMMAND...   from starting it, on that core, to its first 200 at 127.0.0.1:PORT/; then TERM, and KILL after 10 s
//   stopwatch run TIMES COMMAND...         from starting it to its end, output to a pipe; it must end with 0
// Says milliseconds, one line per time.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERVES_WITHIN_MS = 20000, ENDS_WITHIN_MS = 10000 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

// core -1: any
static pid_t start(char **command, int core, int output) {
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child) return child;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (core >= 0) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(core, &cores);
        if (sched_setaffinity(0, sizeof cores, &cores)) err(127, "core %d", core);
    }
    dup2(output, 1);
    execvp(command[0], command);
    err(127, "%s", command[0]);
}

static int answers(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char answer[64];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), good = 0;
    struct timeval limit = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (!connect(fd, (struct sockaddr *)&address, sizeof address) && send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0)
        good = recv(fd, answer, sizeof answer, MSG_WAITALL) > 12 && !memcmp(answer + 9, "200", 3);
    close(fd);
    return good;
}

static int ends_within(pid_t child, int ms, int *status) {
    int handle = (int)syscall(SYS_pidfd_open, child, 0);
    if (handle < 0) err(1, "pidfd_open");
    int ended = poll(&(struct pollfd){.fd = handle, .events = POLLIN}, 1, ms) > 0;
    close(handle);
    return ended && waitpid(child, status, 0) == child;
}

static void stop(pid_t child) {
    int status;
    kill(child, SIGTERM);
    if (ends_within(child, ENDS_WITHIN_MS, &status)) return;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

static void serve(int port, int core, char **command) {
    int status, quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    double began = now_ms(), ended = 0;
    pid_t child = start(command, core, quiet);
    while (!ended && now_ms() - began < SERVES_WITHIN_MS) {
        if (answers(port)) ended = now_ms();
        else if (waitpid(child, &status, WNOHANG) == child) errx(1, "%s ended before it served", command[0]);
        else nanosleep(&(struct timespec){.tv_nsec = 250000}, NULL);
    }
    stop(child);
    if (!ended) errx(1, "%s did not serve within %d ms", command[0], SERVES_WITHIN_MS);
    printf("%.2f\n", ended - began);
}

static void run(int times, char **command) {
    char drain[65536];
    for (int i = 0; i < times; i++) {
        int ends[2], status;
        if (pipe2(ends, O_CLOEXEC)) err(1, "pipe");
        double began = now_ms();
        pid_t child = start(command, -1, ends[1]);
        close(ends[1]);
        while (read(ends[0], drain, sizeof drain) > 0) continue;
        if (waitpid(child, &status, 0) != child || status) errx(1, "%s failed (wait status %d)", command[0], status);
        printf("%.2f\n", now_ms() - began);
        close(ends[0]);
    }
}

int main(int argc, char **argv) {
    if (argc >= 5 && !strcmp(argv[1], "serve")) serve(atoi(argv[2]), atoi(argv[3]), argv + 4);
    else if (argc >= 4 && !strcmp(argv[1], "run")) run(atoi(argv[2]), argv + 3);
    else errx(2, "usage: stopwatch serve PORT CORE COMMAND... | stopwatch run TIMES COMMAND...");
}
