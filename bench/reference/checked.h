/* Calls that do not fail, unless something is wrong with the machine. */
#pragma once
#include <stdio.h>
#include <stdlib.h>

/* What a call answered. Ends the process, with the reason, if it failed. */
static int checked(int answer, const char *what) {
  if (answer >= 0) return answer;
  perror(what);
  exit(1);
}
