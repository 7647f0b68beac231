/**
 * Constants of the Linux ABI, the same on x86-64 and arm64. `ffi/abi/abi_test.ts` compares each with the
 * headers of the C compiler.
 *
 * @module
 */

// include/linux/socket.h
export const AF_UNSPEC = 0
export const AF_UNIX = 1
export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_NONBLOCK = 0o4000
export const SOCK_CLOEXEC = 0o2000000
export const SHUT_RD = 0
export const SHUT_WR = 1
export const SHUT_RDWR = 2
export const MSG_PEEK = 0x2
export const MSG_CTRUNC = 0x8
export const MSG_DONTWAIT = 0x40
export const MSG_ERRQUEUE = 0x2000
export const MSG_NOSIGNAL = 0x4000
export const MSG_MORE = 0x8000
export const MSG_ZEROCOPY = 0x4000000

// include/uapi/asm-generic/socket.h
export const SOL_SOCKET = 1
export const SO_REUSEADDR = 2
export const SO_TYPE = 3
export const SO_ERROR = 4
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const SO_KEEPALIVE = 9
export const SO_LINGER = 13
export const SO_REUSEPORT = 15
export const SO_RCVTIMEO = 20
export const SO_SNDTIMEO = 21
export const SO_ACCEPTCONN = 30
export const SO_SNDBUFFORCE = 32
export const SO_DOMAIN = 39
export const SO_INCOMING_CPU = 49
export const SO_COOKIE = 57
export const SO_ZEROCOPY = 60

// include/uapi/linux/in.h, in6.h, tcp.h
export const IPPROTO_IP = 0
export const IPPROTO_TCP = 6
export const IPPROTO_IPV6 = 41
export const IP_RECVERR = 11
export const IPV6_RECVERR = 25
export const IPV6_V6ONLY = 26
export const TCP_NODELAY = 1
export const TCP_KEEPIDLE = 4
export const TCP_KEEPINTVL = 5
export const TCP_KEEPCNT = 6
export const TCP_INFO = 11
export const TCP_USER_TIMEOUT = 18
export const TCP_NOTSENT_LOWAT = 25

// include/net/tcp_states.h, netinet/tcp.h
export const TCP_ESTABLISHED = 1
export const TCP_FIN_WAIT1 = 4
export const TCP_FIN_WAIT2 = 5
export const TCP_CLOSE_WAIT = 8
export const TCP_LAST_ACK = 9
export const TCP_CLOSING = 11

// include/uapi/linux/sockios.h
export const SIOCOUTQ = 0x5411

// include/uapi/linux/eventpoll.h
export const EPOLL_CLOEXEC = 0o2000000
export const EPOLL_CTL_ADD = 1
export const EPOLL_CTL_DEL = 2
export const EPOLL_CTL_MOD = 3
export const EPOLLIN = 0x1
export const EPOLLPRI = 0x2
export const EPOLLOUT = 0x4
export const EPOLLERR = 0x8
export const EPOLLHUP = 0x10
export const EPOLLRDHUP = 0x2000
export const EPOLLEXCLUSIVE = 0x10000000
export const EPOLLONESHOT = 0x40000000
export const EPOLLET = 0x80000000

// include/uapi/linux/eventfd.h
export const EFD_CLOEXEC = 0o2000000
export const EFD_NONBLOCK = 0o4000

// include/uapi/asm-generic/poll.h
export const POLLIN = 0x1
export const POLLOUT = 0x4
export const POLLERR = 0x8
export const POLLHUP = 0x10

// include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h
export const O_RDONLY = 0
export const O_WRONLY = 1
export const O_ACCMODE = 3
export const O_NONBLOCK = 0o4000
export const O_CLOEXEC = 0o2000000
export const AT_EMPTY_PATH = 0x1000
export const S_IFMT = 0o170000
export const S_IFREG = 0o100000
// include/uapi/linux/stat.h, include/uapi/linux/openat2.h
export const STATX_BASIC_STATS = 0x7ff
export const RESOLVE_NO_SYMLINKS = 0x04
export const RESOLVE_CACHED = 0x20
export const F_DUPFD_CLOEXEC = 1030
export const F_GETFL = 3
export const F_SETFL = 4
export const F_SETOWN = 8
export const F_GETOWN = 9
export const F_SETSIG = 10
export const F_GETSIG = 11
export const F_GETFD = 1
export const F_SETFD = 2
export const F_SETPIPE_SZ = 1031
export const F_GETPIPE_SZ = 1032
export const FD_CLOEXEC = 1

// include/linux/splice.h
export const SPLICE_F_MOVE = 1
export const SPLICE_F_NONBLOCK = 2

// include/uapi/linux/stat.h
export const STATX_INO = 0x100
export const STATX_MNT_ID = 0x1000
/** Answers EAGAIN instead of waiting for a disk (include/uapi/linux/fs.h). */
export const RWF_NOWAIT = 0x08

// include/uapi/asm-generic/mman-common.h
export const PROT_NONE = 0
export const PROT_READ = 1
export const PROT_WRITE = 2
export const MAP_SHARED = 1
export const MAP_PRIVATE = 2
export const MAP_ANONYMOUS = 0x20
export const MAP_POPULATE = 0x8000
export const MAP_HUGETLB = 0x40000
export const MADV_DONTNEED = 4
export const MADV_DONTFORK = 10
export const MADV_HUGEPAGE = 14
export const MADV_COLLAPSE = 25

// include/uapi/asm-generic/resource.h
export const RLIMIT_MEMLOCK = 8
/** include/uapi/linux/capability.h */
export const CAP_IPC_LOCK = 14
export const _LINUX_CAPABILITY_VERSION_3 = 0x20080522
export const RLIMIT_NOFILE = 7

// sysconf(3), where glibc and musl agree: bits/confname.h
export const _SC_PAGESIZE = 30
export const _SC_PHYS_PAGES = 85

// include/uapi/linux/sched.h
export const CLONE_NEWNET = 0x40000000
