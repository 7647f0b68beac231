import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import {
  cmsgHeaderBytes,
  cmsgOffset,
  errorOffset,
  extendedErrorBytes,
  SO_EE_CODE_ZEROCOPY_COPIED,
  SO_EE_ORIGIN_ZEROCOPY,
} from "./errqueue.ts"
import * as constants from "../constants.ts"
import { errno } from "../errno.ts"
import { architecture, architectures } from "./architecture.ts"
import { statxBytes, statxOffset } from "./statx.ts"
import { iovecBytes } from "./iovec.ts"
import { mmsghdrBytes, msghdrBytes, msghdrOffset } from "./msghdr.ts"
import { sockaddrUnBytes, sockaddrUnPathOffset } from "./sockaddr_un.ts"
import { sockaddrIn6Bytes, sockaddrInBytes, writeSockaddr, writeUnspecified } from "./sockaddr.ts"

const compiler = findCompiler()
// In the name, because neither runtime prints the reason of a skip.
const reason = compiler === undefined ? " (skipped: there is no C compiler to ask)" : ""

const check = (name: string, body: () => void) =>
  test(`the C compiler agrees with ${name}${reason}`, { skip: reason !== "" }, body)

check("every constant", () => {
  for (const [name, value] of Object.entries(constants)) {
    assert.equal(unsigned(answers().get(name)), BigInt(value), name)
  }
})

check("every error number", () => {
  for (const [name, value] of Object.entries(errno)) {
    assert.equal(answers().get(name), String(value), name)
  }
})

check("every size and offset", () => {
  for (const [expression, value] of Object.entries(layouts)) {
    assert.equal(answers().get(expression), String(value), expression)
  }
})

check("the bytes of an IPv4 address", () => {
  const memory = new ArrayBuffer(sockaddrInBytes)
  const address = { family: 4, address: "192.0.2.33", port: 0x1234, scope: 0 } as const
  assert.equal(writeSockaddr(memory, address), sockaddrInBytes)
  assert.equal(hex(memory), answers().get("ipv4"))
})

check("the bytes of an IPv6 address", () => {
  const memory = new ArrayBuffer(sockaddrIn6Bytes)
  const address = { family: 6, address: "fe80::1234:5678:9abc", port: 65535, scope: 7 } as const
  assert.equal(writeSockaddr(memory, address), sockaddrIn6Bytes)
  assert.equal(hex(memory), answers().get("ipv6"))
})

check("the bytes of the address that disconnects", () => {
  const memory = new Uint8Array(sockaddrInBytes).fill(255).buffer
  assert.equal(writeUnspecified(memory), sockaddrInBytes)
  assert.equal(hex(memory), answers().get("unspecified"))
})

// The numbers of arm64 are those of asm-generic, and it packs no struct.
check("the figures of arm64, as far as one machine can tell those of another", () => {
  const generic = run("#include <asm-generic/unistd.h>\n#include <stddef.h>", [
    "__NR_bpf",
    "__NR_gettid",
    "sizeof(struct { unsigned events; unsigned long long data; })",
    "offsetof(struct unpacked, data)",
  ], "")
  assert.deepEqual([...generic.values()].map(Number), [
    architectures.arm64.SYS_bpf,
    architectures.arm64.SYS_gettid,
    architectures.arm64.epollEventBytes,
    architectures.arm64.epollDataOffset,
  ])
})
/** The code's sizes and offsets, by their names in C. */
const layouts: Readonly<Record<string, number>> = {
  "sizeof(struct iovec)": iovecBytes,
  "offsetof(struct iovec, iov_base)": 0,
  "offsetof(struct iovec, iov_len)": 8,
  "sizeof(struct msghdr)": msghdrBytes,
  ...offsets("struct msghdr", msghdrOffset),
  "sizeof(((struct msghdr *) 0)->msg_iovlen)": 8,
  "sizeof(((struct msghdr *) 0)->msg_controllen)": 8,
  "sizeof(struct mmsghdr)": mmsghdrBytes,
  "offsetof(struct mmsghdr, msg_hdr)": 0,
  "sizeof(struct cmsghdr)": cmsgHeaderBytes,
  ...offsets("struct cmsghdr", cmsgOffset),
  "CMSG_LEN(0)": cmsgHeaderBytes,
  "CMSG_SPACE(1)": cmsgHeaderBytes + 8,
  "sizeof(struct sock_extended_err)": extendedErrorBytes,
  ...offsets("struct sock_extended_err", errorOffset),
  SO_EE_ORIGIN_ZEROCOPY,
  SO_EE_CODE_ZEROCOPY_COPIED,
  "sizeof(struct sockaddr_in)": sockaddrInBytes,
  "sizeof(struct sockaddr_in6)": sockaddrIn6Bytes,
  "sizeof(struct sockaddr_un)": sockaddrUnBytes,
  "offsetof(struct sockaddr_un, sun_path)": sockaddrUnPathOffset,
  "sizeof(struct epoll_event)": architecture.epollEventBytes,
  "offsetof(struct epoll_event, events)": 0,
  "offsetof(struct epoll_event, data)": architecture.epollDataOffset,
  "sizeof(struct rlimit)": 16,
  "sizeof(struct statx)": statxBytes,
  "offsetof(struct statx, stx_mode)": statxOffset.mode,
  "offsetof(struct statx, stx_ino)": statxOffset.ino,
  "offsetof(struct statx, stx_size)": statxOffset.size,
  "offsetof(struct statx, stx_blocks)": statxOffset.blocks,
  "offsetof(struct statx, stx_mtime.tv_sec)": statxOffset.mtimeSeconds,
  "offsetof(struct statx, stx_mtime.tv_nsec)": statxOffset.mtimeNanos,
  "offsetof(struct statx, stx_dev_major)": statxOffset.devMajor,
  "offsetof(struct statx, stx_dev_minor)": statxOffset.devMinor,
  "offsetof(struct statx, stx_mnt_id)": statxOffset.mountId,
  "__NR_bpf": architecture.SYS_bpf,
  "__NR_gettid": architecture.SYS_gettid,
  // The assumptions of `prototypes.ts`.
  "sizeof(int)": 4,
  "sizeof(unsigned)": 4,
  "sizeof(socklen_t)": 4,
  "sizeof(size_t)": 8,
  "sizeof(off_t)": 8,
  "sizeof(void *)": 8,
  "sizeof(eventfd_t)": 8,
}

const headers = `
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/capability.h>
#include <linux/errqueue.h>
#include <linux/mman.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
`

const statements = `
  struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(0x1234) };
  inet_pton(AF_INET, "192.0.2.33", &ipv4.sin_addr);
  hex("ipv4", &ipv4, sizeof ipv4);
  struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(65535), .sin6_scope_id = 7 };
  inet_pton(AF_INET6, "fe80::1234:5678:9abc", &ipv6.sin6_addr);
  hex("ipv6", &ipv6, sizeof ipv6);
  struct sockaddr_in unspecified = { .sin_family = AF_UNSPEC };
  hex("unspecified", &unspecified, sizeof unspecified);
`

let compiled: ReadonlyMap<string, string> | undefined

const answers = (): ReadonlyMap<string, string> =>
  compiled ??= run(
    headers,
    [...Object.keys(constants), ...Object.keys(errno), ...Object.keys(layouts)],
    statements,
  )

/** Compiles and runs a program that prints each expression's value, and what `statements` print. */
function run(
  headers: string,
  expressions: readonly string[],
  statements: string,
): ReadonlyMap<string, string> {
  const source = `${headers}
#include <stdio.h>
struct unpacked { unsigned events; unsigned long long data; };
static void hex(const char *name, const void *bytes, size_t length) {
  printf("%s\\t", name);
  for (size_t i = 0; i < length; i++) printf("%02x", ((const unsigned char *) bytes)[i]);
  printf("\\n");
}
int main(void) {
  (void) hex;
${expressions.map((e) => `  printf("%s\\t%lld\\n", "${e}", (long long) (${e}));`).join("\n")}
${statements}
  return 0;
}
`
  const folder = mkdtempSync(join(tmpdir(), "zerowire-abi-"))
  try {
    const program = join(folder, "abi")
    execFileSync(compiler ?? "cc", ["-x", "c", "-o", program, "-"], { input: source })
    const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n")
    return new Map(lines.map((line) => line.split("\t") as [string, string]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function findCompiler(): string | undefined {
  return ["cc", "gcc", "clang"].find((name) => {
    try {
      execFileSync(name, ["--version"], { stdio: "ignore" })
      return true
    } catch {
      return false
    }
  })
}

function offsets(struct: string, fields: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, offset]) => [`offsetof(${struct}, ${field})`, offset]),
  )
}

/** C prints some of the constants as negative numbers: they are masks of 32 bits. */
const unsigned = (text: string | undefined): bigint => BigInt.asUintN(32, BigInt(text ?? NaN))

const hex = (memory: ArrayBuffer): string =>
  [...new Uint8Array(memory)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
