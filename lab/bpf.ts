import { architecture } from "../ffi/abi/architecture.ts"
import { libc } from "../ffi/libc.ts"
import { NativeMemory } from "../ffi/memory.ts"
import { cString } from "./c_string.ts"
import { check } from "./namespace.ts"

/** One instruction: `struct bpf_insn` (include/uapi/linux/bpf.h), eight bytes. */
export interface Instruction {
  readonly code: number
  readonly dst?: number
  readonly offset?: number
  readonly immediate?: number
}

/** Loads an XDP program that accepts packets of several fragments, and returns its file descriptor. */
export function loadXdp(instructions: readonly Instruction[]): number {
  const { backend } = libc()
  const code = NativeMemory.allocate(backend, instructions.length * instructionBytes)
  const view = new DataView(code.buffer)
  instructions.forEach(({ code, dst = 0, offset = 0, immediate = 0 }, i) => {
    const at = i * instructionBytes
    view.setUint8(at, code)
    view.setUint8(at + 1, dst)
    view.setInt16(at + 2, offset, true)
    view.setInt32(at + 4, immediate, true)
  })
  const license = cString("MIT")
  const n = bpf(BPF_PROG_LOAD, 72, (attributes) => {
    attributes.setUint32(0, BPF_PROG_TYPE_XDP, true)
    attributes.setUint32(4, instructions.length, true)
    attributes.setBigUint64(8, BigInt(code.address), true)
    attributes.setBigUint64(16, BigInt(license.address), true)
    attributes.setUint32(44, BPF_F_XDP_HAS_FRAGS, true)
    attributes.setUint32(68, BPF_XDP, true)
  })
  keepUntilHere(code, license)
  return check("load an XDP program", n)
}

/**
 * Attaches a program to the device with this index in the namespace of the calling thread, in native
 * (driver) mode. Closing the returned file descriptor detaches it, and so does the end of the process.
 */
export const linkXdp = (program: number, device: number): number =>
  check(
    "attach an XDP program",
    bpf(BPF_LINK_CREATE, 64, (attributes) => {
      attributes.setUint32(0, program, true)
      attributes.setUint32(4, device, true)
      attributes.setUint32(8, BPF_XDP, true)
      attributes.setUint32(12, XDP_FLAGS_DRV_MODE, true)
    }),
  )

/** Replaces the attached program atomically between two packets. */
export const replaceXdp = (link: number, program: number): number =>
  check(
    "replace an XDP program",
    bpf(BPF_LINK_UPDATE, 64, (attributes) => {
      attributes.setUint32(0, link, true)
      attributes.setUint32(4, program, true)
    }),
  )

function bpf(command: number, bytes: number, fill: (attributes: DataView) => void): number {
  const memory = NativeMemory.allocate(libc().backend, bytes)
  fill(new DataView(memory.buffer))
  return libc().bpf(architecture.SYS_bpf, command, memory)
}

/** An address keeps nothing alive. Using the memory after the call keeps it alive during the call. */
function keepUntilHere(...memory: NativeMemory[]): void {
  for (const { buffer } of memory) new Uint8Array(buffer)[0] &= 0xff
}

const instructionBytes = 8

// include/uapi/linux/bpf.h, if_link.h
const BPF_PROG_LOAD = 5
const BPF_LINK_CREATE = 28
const BPF_LINK_UPDATE = 29
const BPF_PROG_TYPE_XDP = 6
const BPF_XDP = 37
const BPF_F_XDP_HAS_FRAGS = 1 << 5
const XDP_FLAGS_DRV_MODE = 1 << 2
