/*
 * Answers whatever arrives with a response of HTTP, from one loop over epoll. As `beside` it also listens on
 * a second port, and sends without end to those that connect there.
 *
 *   asked [ASK]                     prints the ports, and ends when its standard input does
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checked.h"

static const char response[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";

static char bytes[65536];

/* As `body` of rivals/response.mjs. */
static const char body[256 * 1024];

enum kind { input, asking_listener, taking_listener, asking, taking };

static int epoll;

static void watch(int fd, enum kind kind, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)kind << 32 | fd};
  checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static void accept_all(int listener, enum kind kind, uint32_t events) {
  int socket;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) watch(socket, kind, events);
  /* Without descriptors it would spin, and nobody would be told. */
  if (errno == EMFILE || errno == ENFILE) checked(socket, "accept4");
}

static void answer(int socket) {
  const ssize_t n = recv(socket, bytes, sizeof bytes, 0);
  if (n == 0 || (n < 0 && errno != EAGAIN)) close(socket);
  if (n > 0) send(socket, response, sizeof response - 1, MSG_NOSIGNAL);
}

/* Once, and again when everybody else had a turn. */
static void stream(int socket) {
  if (send(socket, body, sizeof body, MSG_NOSIGNAL) < 0 && errno != EAGAIN) close(socket);
}

static int listen_anywhere(enum kind kind) {
  const int listener = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  const int yes = 1;
  checked(setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof name;
  checked(bind(listener, (void *)&name, length), "bind");
  checked(listen(listener, 4096), "listen");
  checked(getsockname(listener, (void *)&name, &length), "getsockname");
  watch(listener, kind, EPOLLIN);
  return ntohs(name.sin_port);
}

int main(int count, char **args) {
  /* Not to outlive the benchmark, however it ends (prctl(2)). */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* Bun and Deno raise it, too. */
  struct rlimit files;
  checked(getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
  files.rlim_cur = files.rlim_max;
  checked(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  epoll = checked(epoll_create1(0), "epoll_create1");
  watch(STDIN_FILENO, input, EPOLLIN);
  printf("%d", listen_anywhere(asking_listener));
  if (count > 1 && !strcmp(args[1], "beside")) printf(" %d", listen_anywhere(taking_listener));
  printf("\n");
  fflush(stdout);
  struct epoll_event events[256];
  for (;;) {
    const int n = epoll_wait(epoll, events, 256, -1);
    if (n < 0 && errno != EINTR) checked(n, "epoll_wait");
    for (int i = 0; i < n; i++) {
      const int fd = (int)events[i].data.u64;
      switch ((enum kind)(events[i].data.u64 >> 32)) {
        case asking_listener: accept_all(fd, asking, EPOLLIN | EPOLLRDHUP | EPOLLET); break;
        case taking_listener: accept_all(fd, taking, EPOLLOUT); break;
        case asking: answer(fd); break;
        case taking: stream(fd); break;
        case input: if (read(fd, bytes, 1) <= 0) return 0;
      }
    }
  }
}
