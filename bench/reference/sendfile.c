/*
 * The reference: what a file costs in C, by sendfile(2) with calls that wait.
 *
 *   sendfile HOST PORT CHUNK_BYTES TOTAL_BYTES WARM_BYTES
 *
 * The file is the ring, in memory already, and is sent as often as it takes. The size of a chunk says
 * nothing here. Prints one JSON object: processor time from the connection until the peer has closed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "ring.h"

static void fail(const char *action) {
  perror(action);
  exit(1);
}

/* Where temporary files are for the other rivals too; it goes with this process. */
static int make_file(void) {
  char path[4096];
  const char *folder = getenv("TMPDIR");
  snprintf(path, sizeof path, "%s/zerowire-bench-XXXXXX", folder ? folder : "/tmp");
  const int file = mkstemp(path);
  if (file < 0) fail("mkstemp");
  unlink(path);
  const unsigned char *ring = make_ring();
  for (size_t done = 0; done < ring_bytes;) {
    const ssize_t n = write(file, ring + done, ring_bytes - done);
    if (n <= 0) fail("write");
    done += n;
  }
  return file;
}

static void transfer(const struct sockaddr_in *peer, int file, uint64_t total) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)peer, sizeof *peer)) fail("connect");
  for (uint64_t done = 0; done < total;) {
    off_t at = done % ring_bytes;
    const uint64_t left = total - done, rest = ring_bytes - at;
    const ssize_t n = sendfile(fd, file, &at, left < rest ? left : rest);
    if (n <= 0) fail("sendfile");
    done += n;
  }
  shutdown(fd, SHUT_WR);
  char rest;
  recv(fd, &rest, 1, 0);
  close(fd);
}

int main(int count, char **args) {
  if (count != 6) return fprintf(stderr, "sendfile HOST PORT CHUNK TOTAL WARM\n"), 2;
  const uint64_t total = atoll(args[4]), warm = atoll(args[5]);
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(atoi(args[2]))};
  inet_pton(AF_INET, args[1], &peer.sin_addr);
  const int file = make_file();
  if (warm > 0) transfer(&peer, file, warm);
  const struct moment start = moment_now();
  transfer(&peer, file, total);
  const struct moment end = moment_now();
  printf("{");
  print_cost(start, end);
  printf(",");
  print_ids(0, 0, 0);
  printf(",\"movedBytes\":%lu,\"copiedBytes\":0}\n", (unsigned long)total);
}
