/*
 * Takes many connections at once, throws away what comes, as cheaply as can be, and counts it.
 *
 *   counter HOST PEERS TOTAL_BYTES
 *
 * Prints the port, then a line for each PEERS connections that have ended, in the order of accepting:
 * what came, what the least and the most of them got, the time from the first byte to the last, and what
 * the slowest had over what the median had when half of TOTAL_BYTES was there.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "listener.h"

/* One to warm up, and the one that is measured. */
enum { batches = 2 };

struct batch {
  uint64_t bytes;
  int ended;
  double first, last, slowest_of_median;
};

static int peers;
static uint64_t total;
static struct batch of[batches];
/* By connection, in the order of accepting. */
static uint64_t *received;
static int *fds;

static int compare(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static uint64_t *sorted(int batch) {
  const size_t size = peers * sizeof *received;
  uint64_t *copy = malloc(size);
  memcpy(copy, received + batch * peers, size);
  qsort(copy, peers, sizeof *copy, compare);
  return copy;
}

static void take(int batch, int connection, uint64_t bytes) {
  struct batch *b = of + batch;
  const int before = b->bytes < total / 2;
  b->last = monotonic();
  if (b->bytes == 0) b->first = b->last;
  b->bytes += bytes;
  received[connection] += bytes;
  if (!before || b->bytes < total / 2) return;
  uint64_t *at = sorted(batch);
  const uint64_t median = at[peers / 2];
  b->slowest_of_median = median > 0 ? (double)at[0] / median : 0;
  free(at);
}

static void end(int batch, int connection) {
  struct batch *b = of + batch;
  close(fds[connection]);
  if (++b->ended < peers) return;
  uint64_t *at = sorted(batch);
  printf("{\"bytes\":%lu,\"least\":%lu,\"most\":%lu,\"seconds\":%.6f,\"slowestOfMedian\":%.4f}\n",
         (unsigned long)b->bytes, (unsigned long)at[0], (unsigned long)at[peers - 1],
         b->last - b->first, b->slowest_of_median);
  fflush(stdout);
  free(at);
}

int main(int count, char **args) {
  if (count != 4) return fprintf(stderr, "counter HOST PEERS TOTAL_BYTES\n"), 2;
  peers = atoi(args[2]);
  total = atoll(args[3]);
  const int most = batches * peers;
  received = calloc(most, sizeof *received);
  fds = calloc(most, sizeof *fds);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  const int listener = listen_on(args[1], 4096);

  const int epoll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = most};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &wanted);
  static struct epoll_event ready[64];
  static char buffer[1 << 20];
  for (int accepted = 0;;) {
    const int n = epoll_wait(epoll, ready, 64, -1);
    for (int i = 0; i < n; i++) {
      const int connection = ready[i].data.u32;
      if (connection == most) {
        const int fd = accept(listener, 0, 0);
        if (fd < 0) continue;
        if (accepted == most) return fprintf(stderr, "More connections than %d\n", most), 1;
        fds[accepted] = fd;
        wanted.data.u32 = accepted++;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
        continue;
      }
      /* With MSG_TRUNC TCP copies nothing (tcp(7)). */
      const ssize_t bytes = recv(fds[connection], buffer, sizeof buffer, MSG_TRUNC | MSG_DONTWAIT);
      if (bytes > 0) take(connection / peers, connection, bytes);
      else if (bytes == 0 || errno != EAGAIN) end(connection / peers, connection);
    }
  }
}
