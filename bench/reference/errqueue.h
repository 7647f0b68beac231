/*
 * Reads notifications of zero-copy sends.
 */
#include <linux/errqueue.h>
#include <stdint.h>
#include <sys/socket.h>

/* Adds the ids of one record; answers whether there was one. */
static int reap_one(int fd, uint64_t *notified, uint64_t *copied) {
  char control[512];
  struct msghdr header = {.msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
    struct sock_extended_err *e = (void *)CMSG_DATA(c);
    if (e->ee_errno != 0 || e->ee_origin != SO_EE_ORIGIN_ZEROCOPY) continue;
    uint32_t ids = e->ee_data - e->ee_info + 1;
    *notified += ids;
    if (e->ee_code & SO_EE_CODE_ZEROCOPY_COPIED) *copied += ids;
  }
  return 1;
}
