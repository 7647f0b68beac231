/* The listening socket of a peer, which says its port on a line of standard output. */
#pragma once
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Listens on any port of `host`. Ends the process, with the reason, if it cannot. */
static int listen_on(const char *host, int backlog) {
  /* Not to outlive the benchmark, however it ends (prctl(2)). */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sockaddr_in name = {.sin_family = AF_INET};
  inet_pton(AF_INET, host, &name.sin_addr);
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&name, sizeof name) || listen(listener, backlog)) {
    perror("listen");
    exit(1);
  }
  socklen_t length = sizeof name;
  getsockname(listener, (void *)&name, &length);
  printf("%d\n", ntohs(name.sin_port));
  fflush(stdout);
  return listener;
}
