/*
 * Sends a message, waits for the byte that answers it, and sends the next: what a round trip takes.
 *
 *   pinger HOST PORT MESSAGE_BYTES MESSAGES WARM_MESSAGES
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "clock.h"

static void fail(const char *action) {
  perror(action);
  exit(1);
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **args) {
  if (count != 6) return fprintf(stderr, "pinger HOST PORT MESSAGE_BYTES MESSAGES WARM\n"), 2;
  const size_t bytes = atol(args[3]);
  const int messages = atoi(args[4]), warm = atoi(args[5]);
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(atoi(args[2]))};
  inet_pton(AF_INET, args[1], &peer.sin_addr);
  unsigned char *message = malloc(bytes);
  /* The start of the ring that everybody sends from. */
  for (size_t i = 0; i < bytes; i++) message[i] = i ^ (i >> 8) ^ (i >> 16) ^ (i >> 24);
  double *micros = malloc(messages * sizeof *micros);

  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int one = 1;
  const struct timeval patience = {.tv_sec = 10};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (void *)&peer, sizeof peer)) fail("connect");
  struct moment start = moment_now();
  for (int i = -warm; i < messages; i++) {
    if (i == 0) start = moment_now();
    const double began = monotonic();
    for (size_t sent = 0; sent < bytes;) {
      const ssize_t n = send(fd, message + sent, bytes - sent, MSG_NOSIGNAL);
      if (n < 0) fail("send");
      sent += n;
    }
    unsigned char answer;
    const ssize_t n = recv(fd, &answer, 1, 0);
    if (n < 0) fail("recv");
    if (n == 0 || answer != (unsigned char)(i + warm)) {
      return fprintf(stderr, "Message %d was not answered with its number\n", i + warm), 1;
    }
    if (i >= 0) micros[i] = (monotonic() - began) * 1e6;
  }
  const struct moment end = moment_now();
  qsort(micros, messages, sizeof *micros, compare);
  printf("{");
  print_cost(start, end);
  printf(",");
  print_ids(0, 0, 0);
  printf(",\"messages\":%d,\"medianMicros\":%.2f,\"p99Micros\":%.2f}\n", messages,
         micros[messages / 2], micros[(int)(messages * 0.99)]);
}
