/*
 * What something cost: processor time of this process, the same of the whole machine, and time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

struct moment {
  double user, system, machine, seconds;
};

/* All CPUs, whatever they ran, interrupts among it; /proc/stat counts in USER_HZ (proc_stat(5)). */
static double machine_seconds(void) {
  unsigned long user, nice, system, idle, iowait, irq, softirq;
  FILE *file = fopen("/proc/stat", "r");
  const char *form = "cpu %lu %lu %lu %lu %lu %lu %lu";
  if (!file || fscanf(file, form, &user, &nice, &system, &idle, &iowait, &irq, &softirq) != 7) {
    perror("/proc/stat");
    exit(1);
  }
  fclose(file);
  return (user + nice + system + irq + softirq) / 100.0;
}

static double seconds_of(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static inline double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static inline struct moment moment_now(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (struct moment){seconds_of(usage.ru_utime), seconds_of(usage.ru_stime), machine_seconds(),
                         monotonic()};
}

/* The members of a JSON object, without its braces. */
static inline void print_cost(struct moment from, struct moment to) {
  printf("\"userSeconds\":%.6f,\"systemSeconds\":%.6f,\"machineSeconds\":%.2f,\"seconds\":%.6f",
         to.user - from.user, to.system - from.system, to.machine - from.machine,
         to.seconds - from.seconds);
}

static inline void print_ids(uint64_t sent, uint64_t notified, uint64_t copied) {
  printf("\"zerocopySends\":%lu,\"notified\":%lu,\"kernelCopied\":%lu,\"unknown\":0",
         (unsigned long)sent, (unsigned long)notified, (unsigned long)copied);
}
