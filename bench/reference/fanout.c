/*
 * The reference for many peers: what it costs in C to send each of them the same body, without waiting for
 * any of them alone.
 *
 *   fanout HOST PORT CHUNK_BYTES TOTAL_BYTES WARM_BYTES PEERS
 *
 * Every call takes MSG_ZEROCOPY. The body is consecutive parts of a ring of 64 MiB that is never
 * rewritten. Connecting is not measured; it ends when every id was notified.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "errqueue.h"
#include "ring.h"

struct peer {
  int fd;
  uint64_t done, sent, notified, copied;
};


static void fail(const char *action) {
  perror(action);
  exit(1);
}

static void reap(struct peer *p) {
  while (p->notified < p->sent && reap_one(p->fd, &p->notified, &p->copied)) {}
}

/* Answers whether all is accepted. At most `turn` bytes, for the others wait. */
static int pump(struct peer *p, const char *ring, size_t chunk, uint64_t total, uint64_t turn) {
  const uint64_t until = p->done + turn;
  while (p->done < total && p->done < until) {
    const size_t at = p->done % ring_bytes;
    const ssize_t n = send(p->fd, ring + at, chunk - at % chunk, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_ZEROCOPY);
    if (n >= 0) {
      p->done += n;
      p->sent++;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno == ENOBUFS) {
      struct pollfd wait = {.fd = p->fd};
      poll(&wait, 1, 10);
      reap(p);
    } else {
      fail("send");
    }
  }
  return p->done == total;
}

static void transfer(struct peer *peers, int count, const char *ring, size_t chunk, uint64_t total) {
  const int epoll = epoll_create1(0);
  for (int i = 0; i < count; i++) {
    struct epoll_event wanted = {.events = EPOLLOUT, .data.u32 = i};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, peers[i].fd, &wanted)) fail("epoll_ctl");
  }
  static struct epoll_event ready[64];
  for (int left = count; left > 0;) {
    const int n = epoll_wait(epoll, ready, 64, -1);
    for (int i = 0; i < n; i++) {
      struct peer *p = peers + ready[i].data.u32;
      reap(p);
      if (!(ready[i].events & EPOLLOUT) || !pump(p, ring, chunk, total, 1 << 20)) continue;
      shutdown(p->fd, SHUT_WR);
      epoll_ctl(epoll, EPOLL_CTL_DEL, p->fd, 0);
      left--;
    }
  }
  close(epoll);
  for (int i = 0; i < count; i++) {
    for (reap(peers + i); peers[i].notified < peers[i].sent; reap(peers + i)) {
      struct pollfd wait = {.fd = peers[i].fd};
      poll(&wait, 1, 1000);
    }
  }
}

int main(int count, char **args) {
  if (count != 7) return fprintf(stderr, "fanout HOST PORT CHUNK TOTAL WARM PEERS\n"), 2;
  const size_t chunk = atol(args[3]);
  const uint64_t total = atoll(args[4]), warm = atoll(args[5]);
  const int number = atoi(args[6]);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(atoi(args[2]))};
  inet_pton(AF_INET, args[1], &name.sin_addr);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  unsigned char *ring = make_ring();
  struct peer *peers = malloc(number * sizeof *peers);

  for (int round = warm > 0 ? 0 : 1; round < 2; round++) {
    const int one = 1;
    for (int i = 0; i < number; i++) {
      peers[i] = (struct peer){.fd = socket(AF_INET, SOCK_STREAM, 0)};
      if (setsockopt(peers[i].fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof one)) fail("SO_ZEROCOPY");
      if (connect(peers[i].fd, (void *)&name, sizeof name)) fail("connect");
    }
    const struct moment start = moment_now();
    transfer(peers, number, (char *)ring, chunk, (round ? total : warm) / number);
    const struct moment end = moment_now();
    uint64_t sent = 0, notified = 0, copied = 0;
    for (int i = 0; i < number; i++) {
      sent += peers[i].sent;
      notified += peers[i].notified;
      copied += peers[i].copied;
      close(peers[i].fd);
    }
    if (round == 0) continue;
    printf("{");
    print_cost(start, end);
    printf(",");
    print_ids(sent, notified, copied);
    printf("}\n");
  }
}
