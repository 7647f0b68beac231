/*
 * Takes connections one after the other, and answers each message when it has all of it, with one byte:
 * the message's number, from 0 and modulo 256.
 *
 *   answerer HOST MESSAGE_BYTES     prints the port
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "listener.h"

int main(int count, char **args) {
  if (count != 3) return fprintf(stderr, "answerer HOST MESSAGE_BYTES\n"), 2;
  const size_t message = atol(args[2]);
  const int listener = listen_on(args[1], 16);
  char *buffer = malloc(message);
  for (;;) {
    const int peer = accept(listener, 0, 0);
    if (peer < 0) continue;
    const int one = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    unsigned char number = 0;
    ssize_t n;
    /* Never beyond a message: who sends the next one too early gets no answer before its time. */
    for (size_t got = 0; (n = recv(peer, buffer, message - got, 0)) > 0;) {
      got += n;
      if (got < message) continue;
      got = 0;
      if (send(peer, &number, 1, MSG_NOSIGNAL) != 1) break;
      number++;
    }
    close(peer);
  }
}
