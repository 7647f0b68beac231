/** How a rival looks in every plot: its runtime is the colour, its way to send the line. */
export interface RivalStyle {
  readonly label: string
  readonly runtime: string
  /** A name of `colours`. */
  readonly colour: keyof typeof colours
  readonly dash: readonly number[]
  readonly thickness: number
  readonly shape: string
}

/** By the name that `--rivals` takes. */
export function styleOf(rival: string): RivalStyle {
  const [way, last] = rival.startsWith("c-") ? [rival, "c"] : rival.split(/-(?=[^-]*$)/)
  const runtime = last in runtimes ? last as keyof typeof runtimes : "c"
  const { label, ...line } = ways[way] ??
    { label: way, dash: [1, 2], thickness: 1.5, shape: "cross" }
  return { label, runtime: runtimes[runtime], colour: runtime, ...line }
}

/** Each in light and in dark; text in it has a contrast of 4.5 to 1 at least. */
export const colours = {
  ...{ bun: ["#c2255c", "#ff7eb0"], deno: ["#1864ab", "#6cb8ff"] },
  ...{ node: ["#2b7a3d", "#69db7c"], c: ["#5b6470", "#a9b4c0"] },
  ...{ ink: ["#1b2430", "#e6ebf1"], faint: ["#5b6470", "#a9b4c0"] },
  ...{ grid: ["#e3e7ec", "#2c3541"], ground: ["#ffffff", "#141a22"] },
  ...{ send: ["#3b5bdb", "#748ffc"], reap: ["#0b7285", "#3bc9db"], wake: ["#e67700", "#ffc078"] },
  ...{ memory: ["#9c36b5", "#da77f2"], javascript: ["#c92a2a", "#ff8787"] },
  ...{ threads: ["#a87f00", "#ffe066"], rest: ["#868e96", "#6c757d"] },
} as const

const runtimes = { bun: "Bun", deno: "Deno", node: "Node", c: "C" } as const

const ways: Readonly<Record<string, Pick<RivalStyle, "label" | "dash" | "thickness" | "shape">>> = {
  zerowire: { label: "Zerowire", dash: [1, 0], thickness: 3.5, shape: "circle" },
  lease: { label: "Zerowire, leases", dash: [1, 0], thickness: 1.5, shape: "square" },
  effect: { label: "Zerowire, Effect", dash: [10, 3], thickness: 1.5, shape: "square" },
  own: { label: "its own pipeTo", dash: [7, 4], thickness: 2, shape: "triangle-up" },
  write: { label: "its own write", dash: [2, 3], thickness: 2, shape: "diamond" },
  producer: { label: "chunks alone", dash: [1, 4], thickness: 1.5, shape: "cross" },
  always: { label: "zero-copy", dash: [1, 0], thickness: 3.5, shape: "circle" },
  never: { label: "by copy", dash: [7, 4], thickness: 2, shape: "triangle-up" },
  "c-zerocopy": { label: "C, zero-copy", dash: [1, 0], thickness: 1.5, shape: "circle" },
  "c-copy": { label: "C, by copy", dash: [7, 4], thickness: 1.5, shape: "triangle-up" },
  "c-epoll": { label: "C, epoll", dash: [2, 3], thickness: 1.5, shape: "diamond" },
}
