/*
 * Takes connections one after the other and throws away what comes, as cheaply as can be: with MSG_TRUNC
 * TCP copies nothing (tcp(7)).
 *
 *   receiver HOST     prints the port
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **args) {
  if (count != 2) return 2;
  /* Not to outlive the benchmark, however it ends (prctl(2)). */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sockaddr_in name = {.sin_family = AF_INET};
  inet_pton(AF_INET, args[1], &name.sin_addr);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&name, sizeof name) || listen(listener, 16)) return perror("listen"), 1;
  socklen_t length = sizeof name;
  getsockname(listener, (void *)&name, &length);
  printf("%d\n", ntohs(name.sin_port));
  fflush(stdout);
  static char buffer[1 << 20];
  for (;;) {
    int peer = accept(listener, 0, 0);
    if (peer < 0) continue;
    while (recv(peer, buffer, sizeof buffer, MSG_TRUNC) > 0) {}
    close(peer);
  }
}
