import type { Permission } from "../backend.ts"

/** The part of the `Deno` namespace that is used here. `test/types` compares it with Deno's own types. */
export interface DenoFfi {
  readonly args: readonly string[]
  dlopen(
    name: string,
    symbols: Record<string, DenoFunction>,
  ): { symbols: Record<string, DenoCall>; close(): void }
  UnsafePointer: { create(value: bigint): object | null }
  UnsafePointerView: { getArrayBuffer(pointer: object, byteLength: number): ArrayBuffer }
  permissions: {
    querySync(descriptor: DenoPermission): { state: string }
    requestSync(descriptor: DenoPermission): { state: string }
  }
  errors: { NotCapable: new (message: string) => Error }
}

/** The descriptor of a permission, as `Deno.permissions` takes it. */
export type DenoPermission =
  | { readonly name: "ffi"; readonly path?: string }
  | { readonly name: "net"; readonly host?: string }
  | { readonly name: "write"; readonly path: string }
  | Permission

/** The signature of a function of C. */
export interface DenoFunction {
  readonly name?: string
  readonly parameters: readonly DenoType[]
  readonly result: DenoType
  readonly nonblocking?: boolean
}

/** The types of parameters and results that are used here. */
export type DenoType = "i32" | "u32" | "usize" | "isize" | "buffer"
/** A function of C. */
export type DenoCall = (
  ...args: (number | bigint | ArrayBuffer | Int32Array<ArrayBuffer>)[]
) => unknown
