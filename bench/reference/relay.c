/*
 * The reference: what a relay in C costs, which has the kernel move the bytes by a pipe (splice(2)).
 *
 *   relay MODE HOST PORT SOURCE_PORT TOTAL_BYTES WARM_BYTES
 *
 * MODE is "splice" (calls wait) or "epoll" (they do not, which is what an event loop can reach). Asks the
 * source for its bytes, moves them to the sink, and ends when the sink has closed. Prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

/* The most that a process may ask for without privileges (/proc/sys/fs/pipe-max-size). */
enum { pipe_bytes = 1 << 20 };

static void fail(const char *action) {
  perror(action);
  exit(1);
}

static int dial(const char *host, int port) {
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &peer.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)&peer, sizeof peer)) fail("connect");
  return fd;
}

/* Bytes that were moved; 0 at the end, and -1 where a call would have to wait. */
static ssize_t move(int from, int to, size_t most, int flags) {
  const ssize_t n = splice(from, 0, to, 0, most, flags | SPLICE_F_MOVE);
  if (n < 0 && errno != EAGAIN) fail("splice");
  return n;
}

static uint64_t relay_waiting(int from, int to, const int *between) {
  uint64_t moved = 0;
  for (ssize_t n; (n = move(from, between[1], pipe_bytes, 0)) > 0; moved += n) {
    for (ssize_t left = n; left > 0;) left -= move(between[0], to, left, 0);
  }
  return moved;
}

static uint64_t relay_by_events(int from, int to, const int *between) {
  const int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, from, &event)) fail("epoll_ctl");
  event.events = EPOLLOUT | EPOLLET;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, to, &event)) fail("epoll_ctl");
  uint64_t moved = 0;
  /* The pipe is emptied before it is filled again: no full pipe is mistaken for an empty source. */
  for (size_t held = 0;;) {
    ssize_t n;
    if (held == 0) {
      n = move(from, between[1], pipe_bytes, SPLICE_F_NONBLOCK);
      if (n == 0) break;
      if (n > 0) held = n;
    } else {
      n = move(between[0], to, held, SPLICE_F_NONBLOCK);
      if (n > 0) held -= n, moved += n;
    }
    if (n < 0) epoll_wait(epoll, &event, 1, -1);
  }
  close(epoll);
  return moved;
}

static uint64_t relay(char **args, uint64_t total) {
  const int events = strcmp(args[1], "epoll") == 0;
  const int from = dial(args[2], atoi(args[4])), to = dial(args[2], atoi(args[3]));
  int between[2];
  if (pipe2(between, events ? O_NONBLOCK : 0)) fail("pipe2");
  fcntl(between[1], F_SETPIPE_SZ, pipe_bytes);
  dprintf(from, "%lu\n", (unsigned long)total);
  if (events) fcntl(from, F_SETFL, O_NONBLOCK), fcntl(to, F_SETFL, O_NONBLOCK);
  const uint64_t moved = (events ? relay_by_events : relay_waiting)(from, to, between);
  fcntl(to, F_SETFL, 0);
  shutdown(to, SHUT_WR);
  char rest;
  recv(to, &rest, 1, 0);
  const int all[] = {from, to, between[0], between[1]};
  for (int i = 0; i < 4; i++) close(all[i]);
  return moved;
}

int main(int count, char **args) {
  if (count != 7) return fprintf(stderr, "relay MODE HOST PORT SOURCE_PORT TOTAL WARM\n"), 2;
  const uint64_t total = atoll(args[5]), warm = atoll(args[6]);
  if (warm > 0) relay(args, warm);
  const struct moment start = moment_now();
  const uint64_t moved = relay(args, total);
  const struct moment end = moment_now();
  printf("{");
  print_cost(start, end);
  printf(",");
  print_ids(0, 0, 0);
  printf(",\"movedBytes\":%lu,\"copiedBytes\":0}\n", (unsigned long)moved);
}
