/*
 * The reference: what a sender in C costs.
 *
 *   sender MODE HOST PORT CHUNK_BYTES TOTAL_BYTES WARM_BYTES [RING_BYTES]
 *
 * MODE is "copy" (send blocks), "zerocopy" (MSG_ZEROCOPY, send blocks, the error queue is read every 16
 * sends) or "epoll" (the same without blocking, which is what an event loop can reach). The chunks are
 * consecutive parts of a ring of 64 MiB, or of its first bytes alone; zero-copy sends never rewrite it, so no slot has to be waited
 * for. Prints one JSON object: processor time from the connection until every id was notified.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "errqueue.h"
#include "ring.h"

static int fd;
static size_t turn_bytes;
static uint64_t sent, notified, copied;

static void fail(const char *action) {
  perror(action);
  exit(1);
}

static void reap(void) {
  while (reap_one(fd, &notified, &copied)) {}
}

static void drain(void) {
  for (reap(); notified < sent; reap()) {
    struct pollfd wait = {.fd = fd};
    poll(&wait, 1, 1000);
  }
}

static void transfer(const char *ring, size_t chunk, uint64_t total, int zerocopy, int epoll) {
  const int flags = MSG_NOSIGNAL | (zerocopy ? MSG_ZEROCOPY : 0) | (epoll >= 0 ? MSG_DONTWAIT : 0);
  uint64_t calls = 0;
  for (uint64_t done = 0; done < total;) {
    size_t at = done % turn_bytes;
    size_t length = chunk - at % chunk;
    ssize_t n = send(fd, ring + at, length, flags);
    if (n >= 0) {
      done += n;
      if (zerocopy) sent++;
      if (zerocopy && ++calls % 16 == 0) reap();
    } else if (errno == EAGAIN) {
      struct epoll_event event;
      epoll_wait(epoll, &event, 1, -1);
      reap();
    } else if (errno == ENOBUFS) {
      struct pollfd wait = {.fd = fd};
      poll(&wait, 1, 10);
      reap();
    } else {
      fail("send");
    }
  }
}

int main(int count, char **args) {
  if (count < 7) return fprintf(stderr, "sender MODE HOST PORT CHUNK TOTAL WARM [RING]\n"), 2;
  turn_bytes = count > 7 ? (size_t)atol(args[7]) : ring_bytes;
  const int zerocopy = strcmp(args[1], "copy") != 0;
  const size_t chunk = atol(args[4]);
  const uint64_t total = atoll(args[5]), warm = atoll(args[6]);
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(atoi(args[3]))};
  inet_pton(AF_INET, args[2], &peer.sin_addr);

  unsigned char *ring = make_ring();

  for (int round = warm > 0 ? 0 : 1; round < 2; round++) {
    sent = notified = copied = 0;
    const struct moment start = moment_now();
    fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    if (zerocopy && setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof one)) fail("SO_ZEROCOPY");
    if (connect(fd, (void *)&peer, sizeof peer)) fail("connect");
    int epoll = -1;
    if (strcmp(args[1], "epoll") == 0) {
      struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
      epoll = epoll_create1(0);
      if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
    }
    transfer((char *)ring, chunk, round ? total : warm, zerocopy, epoll);
    shutdown(fd, SHUT_WR);
    if (zerocopy) drain();
    const struct moment end = moment_now();
    close(fd);
    if (epoll >= 0) close(epoll);
    if (round == 0) continue;
    printf("{");
    print_cost(start, end);
    printf(",");
    print_ids(sent, notified, copied);
    printf(",\"movedBytes\":0,\"copiedBytes\":%lu}\n", (unsigned long)(zerocopy ? 0 : total));
  }
}
