/*
 * What every rival sends: a ring of 64 MiB with a known content, as rivals/source.mjs makes it.
 */
#include <sys/mman.h>

static const size_t ring_bytes = 64 << 20;

static inline unsigned char *make_ring(void) {
  unsigned char *ring = mmap(0, ring_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (size_t i = 0; i < ring_bytes; i++) ring[i] = i ^ (i >> 8) ^ (i >> 16) ^ (i >> 24);
  return ring;
}
