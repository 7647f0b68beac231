/*
 * Takes connections one after the other and throws away what comes, as cheaply as can be: with MSG_TRUNC
 * TCP copies nothing (tcp(7)).
 *
 *   receiver HOST     prints the port
 */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "listener.h"

int main(int count, char **args) {
  if (count != 2) return 2;
  const int listener = listen_on(args[1], 16);
  static char buffer[1 << 20];
  for (;;) {
    int peer = accept(listener, 0, 0);
    if (peer < 0) continue;
    while (recv(peer, buffer, sizeof buffer, MSG_TRUNC) > 0) {}
    close(peer);
  }
}
