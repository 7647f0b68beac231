/*
 * What a relay reads from: takes connections one after the other, reads how many bytes each wants, as a
 * decimal number with a newline, and sends it so many bytes of the ring. One that asks by HTTP, as
 * "GET /NUMBER", gets them as the body of a response.
 *
 *   feeder HOST     prints the port
 */
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ring.h"
#include "listener.h"

static void answer(int peer, uint64_t total) {
  char head[128];
  const int length = snprintf(head, sizeof head,
                              "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %lu\r\n\r\n",
                              (unsigned long)total);
  send(peer, head, length, MSG_NOSIGNAL);
}

/* Nothing where the peer says no number. */
static uint64_t wanted_by(int peer) {
  char text[4096] = {0};
  const char *end = "\n";
  for (size_t got = 0; got < sizeof text - 1 && !strstr(text, end);) {
    const ssize_t n = recv(peer, text + got, sizeof text - 1 - got, 0);
    if (n <= 0) return 0;
    got += n;
    if (text[0] == 'G') end = "\r\n\r\n";
  }
  if (text[0] != 'G') return strtoull(text, 0, 10);
  const uint64_t total = strtoull(text + strlen("GET /"), 0, 10);
  answer(peer, total);
  return total;
}

int main(int count, char **args) {
  if (count != 2) return fprintf(stderr, "feeder HOST\n"), 2;
  const unsigned char *ring = make_ring();
  const int listener = listen_on(args[1], 16);
  for (;;) {
    const int peer = accept(listener, 0, 0);
    if (peer < 0) continue;
    const uint64_t total = wanted_by(peer);
    for (uint64_t done = 0; done < total;) {
      const size_t at = done % ring_bytes;
      const size_t left = total - done < ring_bytes - at ? total - done : ring_bytes - at;
      const ssize_t n = send(peer, ring + at, left, MSG_NOSIGNAL);
      if (n < 0) break;
      done += n;
    }
    shutdown(peer, SHUT_WR);
    char rest[64];
    while (recv(peer, rest, sizeof rest, 0) > 0) {}
    close(peer);
  }
}
