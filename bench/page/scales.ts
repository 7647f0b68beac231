/** The range of an axis, and where its ticks are. */
export interface Scale {
  readonly domain: [number, number]
  readonly values: number[]
}

/** For the places that were measured, with a tick at as many of them as there is room for. */
export function measuredScale(values: readonly number[], room: number): Scale {
  const all = [...new Set(values)].toSorted((a, b) => a - b)
  const step = Math.ceil(all.length / room)
  return {
    domain: [all[0] / 1.15, all[all.length - 1] * 1.15],
    values: all.filter((_, i) => (all.length - 1 - i) % step === 0),
  }
}

/** From just below the least to just above the most, with ticks at 1, 2 and 5, or more where that is few. */
export function decimalScale(values: readonly number[]): Scale {
  const [low, high] = [Math.min(...values) / 1.12, Math.max(...values) * 1.12]
  const ticksAt = (digits: readonly number[]) =>
    Array.from({ length: 24 }, (_, i) => i - 12)
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((tick) => tick >= low && tick <= high)
  const few = ticksAt([1, 2, 5])
  return { domain: [low, high], values: few.length < 4 ? ticksAt([1, 1.5, 2, 3, 4, 5, 7]) : few }
}

/** How far down a value is on a logarithmic axis of so many pixels. */
export function pixel({ domain }: Scale, value: number, height: number): number {
  const [low, high] = domain.map(Math.log)
  return height * (1 - (Math.log(value) - low) / (high - low))
}

/** The places, moved as little as needed to be `gap` apart and between 0 and `end`. */
export function spaced(places: readonly number[], gap: number, end: number): readonly number[] {
  const order = places.map((_, i) => i).toSorted((a, b) => places[a] - places[b])
  const moved = [...places]
  let least = 0
  for (const i of order) {
    moved[i] = Math.max(moved[i], least)
    least = moved[i] + gap
  }
  let most = end
  for (const i of order.toReversed()) {
    moved[i] = Math.min(moved[i], most)
    most = moved[i] - gap
  }
  return moved
}
