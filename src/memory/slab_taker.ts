import type { Taker } from "../argument/mod.ts"
import type { SendSlabOptions } from "./slab_options.ts"

/** `createSlab`, and `makeSlab` of `zerowire/effect`. */
export const slabTaker: Taker<keyof SendSlabOptions> = {
  action: "make a slab",
  example: "createSlab({ slotBytes: 65536, slots: 256 })",
  names: {
    slotBytes: true,
    slots: true,
    hugePages: true,
    detach: true,
    onViolation: true,
    protect: true,
  },
}
