import type { CarrierOptions } from "../../stack/mod.ts"
import type { PackerOptions } from "../send/packer_options.ts"

export interface ConnectionOptions extends PackerOptions {
  readonly mode: CarrierOptions["mode"]
  /** In bytes; the stack's unless there is one. */
  readonly threshold: number | undefined
}
