import assert from "node:assert/strict"
import { test } from "node:test"
import * as linux from "../../../ffi/constants.ts"
import { libc } from "../../../ffi/libc.ts"
import { errno } from "../port.ts"
import { linuxKernel } from "./kernel.ts"

test("a listening socket of another family is left as it is", () => {
  const kernel = linuxKernel()
  const fd = libc().socket(linux.AF_INET, linux.SOCK_STREAM, 0)
  assert.equal(kernel.listen(fd, 1), 0)
  const flags = () => [linux.F_GETFD, linux.F_GETFL].map((get) => libc().fcntl(fd, get, 0))
  const before = flags()
  const { localAddress } = kernel
  // As of a socket of AF_VSOCK, which not every machine has.
  kernel.localAddress = () => undefined
  try {
    assert.equal(kernel.inherit(fd), -errno.EAFNOSUPPORT)
    assert.deepEqual(flags(), before)
  } finally {
    kernel.localAddress = localAddress
    libc().close(fd)
  }
})
