/*
 * Opens connections to a server that sends without end, and takes what comes as fast as it can. It is
 * dropped in the kernel (MSG_TRUNC, tcp(7)).
 *
 *   taker HOST PORT CONNECTIONS
 *
 * Answers each line of its standard input with the bytes of each connection so far, and ends with it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checked.h"

static void say(const uint64_t *bytes, int count) {
  printf("[");
  for (int i = 0; i < count; i++) printf("%s%lu", i ? "," : "", (unsigned long)bytes[i]);
  printf("]\n");
  fflush(stdout);
}

int main(int words, char **args) {
  if (words != 4) return fprintf(stderr, "taker HOST PORT CONNECTIONS\n"), 2;
  static char sink[1 << 20];
  const int count = atoi(args[3]);
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(args[2]))};
  if (inet_pton(AF_INET, args[1], &server.sin_addr) != 1) {
    return fprintf(stderr, "HOST is not an IPv4 address\n"), 2;
  }
  int *fds = calloc(count, sizeof *fds);
  uint64_t *bytes = calloc(count, sizeof *bytes);
  if (!fds || !bytes) return perror("calloc"), 1;
  const int epoll = checked(epoll_create1(0), "epoll_create1");
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = count};
  checked(epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event), "epoll_ctl");
  for (int i = 0; i < count; i++) {
    fds[i] = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
    checked(connect(fds[i], (void *)&server, sizeof server), "connect");
    event.data.u32 = i;
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event), "epoll_ctl");
  }
  struct epoll_event ready[64];
  for (;;) {
    const int n = epoll_wait(epoll, ready, 64, -1);
    if (n < 0 && errno != EINTR) checked(n, "epoll_wait");
    for (int i = 0; i < n; i++) {
      const int at = ready[i].data.u32;
      if (at == count) {
        char line;
        if (read(STDIN_FILENO, &line, 1) <= 0) return 0;
        if (line == '\n') say(bytes, count);
        continue;
      }
      const ssize_t got = recv(fds[at], sink, sizeof sink, MSG_TRUNC | MSG_DONTWAIT);
      if (got > 0) bytes[at] += got;
      else if (got == 0 || errno != EAGAIN) return fprintf(stderr, "A stream has ended\n"), 1;
    }
  }
}
