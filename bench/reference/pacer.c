/*
 * Asks a server at a fixed rate, however fast it answers. Each request is due at a time of its own, and its
 * latency counts from then: a stall counts for everybody who would have asked meanwhile, and not only for
 * the requests that were under way. Connections take turns. One whose last answer is late asks late.
 *
 *   pacer HOST PORT CONNECTIONS RATE SECONDS PATIENCE ANSWER
 *
 * RATE is the requests a second of all connections together. ANSWER is what each request has to get, byte by
 * byte. Prints how many requests were due and were answered within PATIENCE seconds after the last one, and
 * percentiles in microseconds. A request without an answer has waited until the end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "checked.h"

struct connection {
  int fd, waiting;
  /* Of the request that waits for its answer, or that comes next. */
  int64_t number;
  size_t got;
};

enum { timer = -1 };

static struct connection *connections;
static int count;
static const char *expected;
static size_t expected_bytes;
static char request[128];
/* In nanoseconds, by the number of a request; what there is of `late` has the client's own lateness. */
static int64_t *latency, *late;
static int64_t start, interval, due, answered, punctual;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void *zeros(size_t number, size_t bytes) {
  void *memory = calloc(number, bytes);
  if (!memory) fail("There is no memory for so many requests");
  return memory;
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int64_t due_at(int64_t number) { return start + number * interval; }

static void ask(struct connection *c) {
  const ssize_t length = strlen(request);
  if (send(c->fd, request, length, MSG_NOSIGNAL) != length) fail("Cannot send a request");
  c->waiting = 1;
}

/* Everybody's whose time has come, up to `total`. */
static void ask_due(int64_t total) {
  for (int64_t at = now(); due < total && due_at(due) <= at; due++) {
    struct connection *c = connections + due % count;
    if (c->waiting) continue;
    late[punctual++] = at - due_at(due);
    ask(c);
    at = now();
  }
}

static void take(struct connection *c) {
  static char bytes[65536];
  const ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) fail("The server has closed a connection");
  if (!c->waiting || c->got + n > expected_bytes || memcmp(bytes, expected + c->got, n)) {
    fail("The server has answered something else");
  }
  c->got += n;
  if (c->got < expected_bytes) return;
  latency[c->number] = now() - due_at(c->number);
  answered++;
  c->got = c->waiting = 0;
  c->number += count;
  if (c->number < due) ask(c);
}

static int compare(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static double micros(const int64_t *sorted, int64_t of, double part) {
  return of ? sorted[(int64_t)((of - 1) * part)] / 1000.0 : 0;
}

static void connect_all(const char *host, int port, int epoll) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, host, &server.sin_addr) != 1) fail("HOST is not an IPv4 address");
  const int yes = 1;
  for (int i = 0; i < count; i++) {
    const int fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
    checked(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
    checked(connect(fd, (void *)&server, sizeof server), "connect");
    connections[i] = (struct connection){.fd = fd, .number = i};
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }
}

/* A timer that fires when a request is due: epoll_wait(2) knows milliseconds only. */
static int start_timer(int epoll) {
  const int fd = checked(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "timerfd_create");
  const struct itimerspec every = {.it_interval = {interval / 1000000000, interval % 1000000000},
                                   .it_value = {start / 1000000000, start % 1000000000}};
  checked(timerfd_settime(fd, TFD_TIMER_ABSTIME, &every, 0), "timerfd_settime");
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = timer};
  checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  return fd;
}

int main(int words, char **args) {
  if (words != 8) {
    return fprintf(stderr, "pacer HOST PORT CONNECTIONS RATE SECONDS PATIENCE ANSWER\n"), 2;
  }
  count = atoi(args[3]);
  interval = 1e9 / atof(args[4]);
  const int64_t total = atof(args[5]) * 1e9 / interval, patience = atof(args[6]) * 1e9;
  expected = args[7];
  expected_bytes = strlen(expected);
  if (count < 1 || total < 1) fail("Nothing is to be asked");
  snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s:%s\r\n\r\n", args[1], args[2]);
  struct rlimit files;
  checked(getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
  files.rlim_cur = files.rlim_max;
  checked(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  connections = zeros(count, sizeof *connections);
  latency = zeros(total, sizeof *latency);
  late = zeros(total, sizeof *late);
  const int epoll = checked(epoll_create1(0), "epoll_create1");
  connect_all(args[1], atoi(args[2]), epoll);
  start = now() + 10000000;
  const int ticks = start_timer(epoll);
  const int64_t end = due_at(total) + patience;
  struct epoll_event ready[64];
  while (answered < total && now() < end) {
    /* Answers and the timer end it. The 100 ms bound only how late `end` is noticed. */
    const int n = epoll_wait(epoll, ready, 64, 100);
    if (n < 0 && errno != EINTR) checked(n, "epoll_wait");
    for (int i = 0; i < n; i++) {
      uint64_t fired;
      if (ready[i].data.u32 != (uint32_t)timer) take(connections + ready[i].data.u32);
      else if (read(ticks, &fired, sizeof fired) > 0) ask_due(total);
    }
  }
  const int64_t ended = now();
  for (struct connection *c = connections; c < connections + count; c++) {
    for (int64_t i = c->number; i < total; i += count) latency[i] = ended - due_at(i);
  }
  qsort(latency, total, sizeof *latency, compare);
  qsort(late, punctual, sizeof *late, compare);
  printf("{\"due\":%ld,\"answered\":%ld,\"seconds\":%.6f,\"p50\":%.1f,\"p99\":%.1f,\"most\":%.1f,"
         "\"late\":%.1f}\n",
         (long)total, (long)answered, (ended - start) / 1e9, micros(latency, total, 0.5),
         micros(latency, total, 0.99), micros(latency, total, 1), micros(late, punctual, 0.99));
}
