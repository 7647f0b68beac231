/*
 * A client that asks file servers, at the other end of the link. A server connects to it and says where to
 * ask, as "PORT PATH TIMES" with a newline: so often, over one connection. Answers "done", or what went
 * wrong. What comes is dropped in the kernel (MSG_TRUNC, tcp(7)).
 *
 *   asker HOST     prints the port
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "listener.h"

/* The length of the body, of which `early` bytes came with the head; -1 without a length. */
static int64_t read_head(int server, int64_t *early) {
  char head[8192] = {0};
  size_t got = 0;
  char *end;
  while (!(end = strstr(head, "\r\n\r\n"))) {
    const ssize_t n = recv(server, head + got, sizeof head - 1 - got, 0);
    if (n <= 0) return -1;
    got += n;
  }
  *early = got - (end + 4 - head);
  *end = 0;
  const char *field = strcasestr(head, "\r\nContent-Length:");
  return field ? atoll(field + strlen("\r\nContent-Length:")) : -1;
}

/* What went wrong, or nothing. */
static const char *ask(struct sockaddr_in host, int port, const char *path, int times) {
  static char sink[1 << 20];
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  host.sin_port = htons(port);
  const char *wrong = connect(server, (void *)&host, sizeof host) ? "cannot connect" : 0;
  while (!wrong && times-- > 0) {
    dprintf(server, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
    int64_t early = 0;
    const int64_t length = read_head(server, &early);
    if (length < 0) wrong = "the response has no length";
    for (int64_t done = early; !wrong && done < length;) {
      const int64_t left = length - done;
      const size_t most = left < (int64_t)sizeof sink ? (size_t)left : sizeof sink;
      const ssize_t n = recv(server, sink, most, MSG_TRUNC);
      if (n <= 0) wrong = "the response ended early";
      done += n;
    }
  }
  close(server);
  return wrong;
}

int main(int count, char **args) {
  if (count < 2) return fprintf(stderr, "asker HOST\n"), 2;
  const int listener = listen_on(args[1], 16);
  for (;;) {
    struct sockaddr_in host;
    socklen_t length = sizeof host;
    const int control = accept(listener, (void *)&host, &length);
    if (control < 0) continue;
    FILE *orders = fdopen(control, "r");
    int port, times;
    char path[256];
    while (fscanf(orders, "%d %255s %d", &port, path, &times) == 3) {
      const char *wrong = ask(host, port, path, times);
      dprintf(control, "%s\n", wrong ? wrong : "done");
    }
    fclose(orders);
  }
}
