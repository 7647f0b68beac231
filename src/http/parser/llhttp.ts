/**
 * llhttp: one instance of its WebAssembly module serves all connections.
 *
 * A parser has a few bytes of its own in the module's memory. It is needed only while the head of a request
 * is incomplete or a chunked body arrives, so connections take one from a pool and give it back.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import { base64 } from "./llhttp_wasm.ts"

/** What a parser finds. Positions are addresses in `memory`. Anything but 0 ends the parsing. */
export interface Found {
  target(at: number, length: number): number
  name(at: number, length: number): number
  value(at: number, length: number): number
  body(at: number, length: number): number
}

/** The result of a parser's step. */
export interface Step {
  /** `more`: everything was used. `head`, `end`: the end of a head, or of a message. */
  readonly kind: "more" | "head" | "end" | "refused"
  /** The address after the last byte that was used. */
  readonly at: number
}

/** The address of a parser's state. */
export type ParserAt = number

export class Llhttp {
  /** Where input is put. */
  readonly inputAt: number
  readonly inputBytes = 64 * 1024
  /** Whether somebody uses what was put there. All connections share it. */
  inputInUse = false
  readonly #module: Exports
  readonly #free: ParserAt[] = []
  #bytes: Uint8Array<ArrayBuffer>
  /** The same, to make strings of. It is not for others: `slice` of a Buffer does not copy. */
  #text: Buffer
  #found: Found = nothing
  #step: Step["kind"] = "more"

  constructor() {
    const env = {
      wasm_on_message_begin: () => 0,
      wasm_on_status: () => 0,
      wasm_on_url: (_: number, at: number, length: number) => this.#found.target(at, length),
      wasm_on_header_field: (_: number, at: number, length: number) => this.#found.name(at, length),
      wasm_on_header_value: (_: number, at: number, length: number) =>
        this.#found.value(at, length),
      wasm_on_headers_complete: () => this.#pause("head"),
      wasm_on_body: (_: number, at: number, length: number) => this.#found.body(at, length),
      wasm_on_message_complete: () => this.#pause("end"),
    }
    const { instance } = loaded(env)
    this.#module = instance.exports as unknown as Exports
    this.#module._initialize()
    this.inputAt = this.#module.malloc(this.inputBytes)
    this.#bytes = new Uint8Array(this.#module.memory.buffer as ArrayBuffer)
    this.#text = Buffer.from(this.#bytes.buffer)
  }

  /** All of the module's memory. Growing it, which a new parser may do, makes another array. */
  get memory(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.byteLength === 0) {
      this.#bytes = new Uint8Array(this.#module.memory.buffer as ArrayBuffer)
    }
    return this.#bytes
  }

  /** The bytes from address `from` to `to` as a string: each becomes the character with its number. */
  latin1(from: number, to: number): string {
    if (this.#text.byteLength === 0) this.#text = Buffer.from(this.memory.buffer)
    return this.#text.toString("latin1", from, to)
  }

  /**
   * Puts bytes where input is put. Returns the address after them.
   *
   * @throws {RangeError} if they do not fit: behind them is the memory of parsers.
   */
  put(bytes: Uint8Array): number {
    if (bytes.byteLength > this.inputBytes) {
      throw new RangeError(`Cannot parse ${bytes.byteLength} bytes at once`)
    }
    this.memory.set(bytes, this.inputAt)
    return this.inputAt + bytes.byteLength
  }

  take(): ParserAt {
    return this.#free.pop() ?? this.#module.llhttp_alloc(requests)
  }

  giveBack(parser: ParserAt): void {
    this.#module.llhttp_reset(parser)
    this.#free.push(parser)
  }

  /**
   * Parses from address `at` up to `end`, until the head or the message ends. After a head, the parser must be
   * resumed or given back.
   */
  step(parser: ParserAt, at: number, end: number, found: Found): Step {
    this.#found = found
    this.#step = "refused"
    const result = this.#module.llhttp_execute(parser, at, end - at)
    this.#found = nothing
    if (result === ok) return { kind: "more", at: end }
    const stopped = this.#module.llhttp_get_error_pos(parser)
    if (result !== paused) return { kind: "refused", at: stopped }
    return { kind: this.#step, at: stopped }
  }

  /** The parser of a head goes on with the body. */
  resume(parser: ParserAt): void {
    this.#module.llhttp_resume(parser)
  }

  /** What llhttp calls the reason of its refusal. */
  reasonOf(parser: ParserAt): string {
    const at = this.#module.llhttp_get_error_reason(parser)
    const { memory } = this
    const end = at === 0 ? at : memory.indexOf(0, at)
    return at === 0 ? "" : this.latin1(at, Math.max(at, end))
  }

  /** The name of the method that was parsed. */
  methodOf(parser: ParserAt): string {
    const code = this.#module.llhttp_get_method(parser)
    return methods[code] ??= this.#nameOf(code)
  }

  #nameOf(code: number): string {
    const at = this.#module.llhttp_method_name(code)
    return this.latin1(at, this.memory.indexOf(0, at))
  }

  #pause(step: Step["kind"]): number {
    this.#step = step
    return paused
  }
}

/** Everything shares it: parsing is synchronous. */
export const llhttp = (): Llhttp => shared ??= new Llhttp()
let shared: Llhttp | undefined

function loaded(env: WebAssembly.ModuleImports): { instance: WebAssembly.Instance } {
  const module = new WebAssembly.Module(Buffer.from(base64, "base64"))
  return { instance: new WebAssembly.Instance(module, { env }) }
}

interface Exports {
  readonly memory: WebAssembly.Memory
  _initialize(): void
  malloc(bytes: number): number
  llhttp_alloc(type: number): ParserAt
  llhttp_reset(parser: ParserAt): void
  llhttp_resume(parser: ParserAt): void
  llhttp_execute(parser: ParserAt, at: number, length: number): number
  llhttp_get_error_pos(parser: ParserAt): number
  llhttp_get_error_reason(parser: ParserAt): number
  llhttp_get_method(parser: ParserAt): number
  llhttp_method_name(method: number): number
}

const methods: string[] = []
const nothing: Found = { target: () => 0, name: () => 0, value: () => 0, body: () => 0 }

/** HTTP_REQUEST of llhttp.h, and two of its results. */
const requests = 1
const ok = 0
const paused = 21
