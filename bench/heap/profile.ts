/** A node of what the sampling heap profiler answers (HeapProfiler.SamplingHeapProfileNode). */
export interface HeapNode {
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    /** Counted from 0. */
    readonly lineNumber: number
  }
  /** Bytes that were allocated here, whether they are in use or collected. */
  readonly selfSize: number
  readonly children: readonly HeapNode[]
}

/** A function, and what it allocated. */
export interface Site {
  /** Its file, line and name; files of the project from its root on. */
  readonly where: string
  readonly bytes: number
  /** Whether it is Zerowire's. */
  readonly own: boolean
}

/** Everything that allocated, the most first. */
export function sitesOf(head: HeapNode, root: string): Site[] {
  const sums = new Map<string, number>()
  const visit = ({ callFrame, selfSize, children }: HeapNode): void => {
    const { functionName, url, lineNumber } = callFrame
    const file = url === "" ? "(runtime)" : url.replace(root, "")
    const where = `${file}:${lineNumber + 1} ${functionName || "(anonymous)"}`
    if (selfSize > 0) sums.set(where, (sums.get(where) ?? 0) + selfSize)
    children.forEach(visit)
  }
  visit(head)
  return [...sums]
    .map(([where, bytes]) => ({ where, bytes, own: /^(src|ffi)\//.test(where) }))
    .sort((a, b) => b.bytes - a.bytes)
}
