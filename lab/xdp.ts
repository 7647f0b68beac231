import type { Instruction } from "./bpf.ts"

// include/uapi/linux/bpf.h, bpf_common.h
const MOV64_IMM = 0xb7
const AND64_IMM = 0x57
const JLT_IMM = 0xa5
const CALL = 0x85
const EXIT = 0x95
const get_prandom_u32 = 7
const XDP_DROP = 1
const XDP_PASS = 2

/** Passes every packet. By then the driver has copied it into pages of its own. */
export const passAll: readonly Instruction[] = [
  { code: MOV64_IMM, dst: 0, immediate: XDP_PASS },
  { code: EXIT },
]

/** Drops about `parts` of 1024 packets at random. */
export const drop = (parts: number): readonly Instruction[] => [
  { code: CALL, immediate: get_prandom_u32 },
  { code: AND64_IMM, dst: 0, immediate: 1023 },
  { code: JLT_IMM, dst: 0, offset: 2, immediate: parts },
  { code: MOV64_IMM, dst: 0, immediate: XDP_PASS },
  { code: EXIT },
  { code: MOV64_IMM, dst: 0, immediate: XDP_DROP },
  { code: EXIT },
]
