/*
 * Answers whatever arrives with a response of HTTP, from one loop over epoll.
 *
 *   asked                           prints the port, and ends when its standard input does
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char response[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";

static char bytes[65536];

static void take_all(int epoll, int listener) {
  int socket;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = socket};
    epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
  }
}

static void answer(int socket) {
  const ssize_t n = recv(socket, bytes, sizeof bytes, 0);
  if (n == 0) close(socket);
  if (n > 0) send(socket, response, sizeof response - 1, MSG_NOSIGNAL);
}

int main(void) {
  /* Not to outlive the benchmark, however it ends (prctl(2)). */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof name;
  if (bind(listener, (void *)&name, length) || listen(listener, 4096)) return perror("listen"), 1;
  getsockname(listener, (void *)&name, &length);
  printf("%d\n", ntohs(name.sin_port));
  fflush(stdout);
  const int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = STDIN_FILENO;
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  struct epoll_event events[256];
  for (;;) {
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      const int ready = events[i].data.fd;
      if (ready == listener) take_all(epoll, listener);
      else if (ready != STDIN_FILENO) answer(ready);
      else if (read(ready, bytes, 1) <= 0) return 0;
    }
  }
}
