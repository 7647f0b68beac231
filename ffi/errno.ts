/**
 * Error numbers of Linux (`include/uapi/asm-generic/errno*.h`), the same on x86-64 and arm64.
 *
 * @module
 */

/** The error numbers that Zerowire treats specially. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  ENOTDIR: 20,
  EISDIR: 21,
  ENODEV: 19,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ESPIPE: 29,
  EPIPE: 32,
  ENOSYS: 38,
  ENOSR: 63,
  ENONET: 64,
  EPROTO: 71,
  EOVERFLOW: 75,
  ENOTSOCK: 88,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
  ESTALE: 116,
} as const

const names = new Map<number, string>(Object.entries(errno).map(([name, number]) => [number, name]))

/** The symbolic name of an error number, such as `"EAGAIN"`, or `"errno 77"` for one without. */
export const errnoName = (number: number): string => names.get(number) ?? `errno ${number}`
