import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { Stack } from "../stack/mod.ts"
import type { Connection } from "../tcp/mod.ts"
import { type Series, socketSeries, stackSeries } from "./series.ts"

/**
 * Sums up the sockets of one registry. Nothing is counted while bytes move: reading a metric inspects the
 * open sockets, and a socket leaves its last figures when it closes.
 */
class Meter {
  readonly #open = new Set<Connection>()
  readonly #stacks: StackMeter
  /** The figures of closed sockets, by series. */
  readonly #closed = new Map<Series, number>()

  constructor(context: Context.Context<never>, stacks: StackMeter) {
    this.#stacks = stacks
    for (const series of socketSeries) {
      register(context, series.metric, () => this.#read(series))
    }
  }

  opened(connection: Connection): void {
    this.#open.add(connection)
    this.#stacks.add(connection.stack)
  }

  closed(connection: Connection): void {
    if (!this.#open.delete(connection)) return
    for (const series of socketSeries) {
      if (!series.lasts) continue
      this.#closed.set(series, this.#left(series) + series.of(connection))
    }
  }

  #left(series: Series): number {
    return this.#closed.get(series) ?? 0
  }

  #read(series: Series): number {
    let sum = this.#left(series)
    for (const connection of this.#open) sum += series.of(connection)
    return sum
  }
}

/** Metrics of the process, not of a socket. They have only the registry's attributes. */
class StackMeter {
  readonly #stacks = new Set<Stack>()
  readonly meters = new Map<string, Meter>()

  constructor(registry: Metric.MetricRegistry) {
    const context = Context.make(Metric.MetricRegistry, registry)
    for (const { metric, of } of stackSeries) {
      register(context, metric, () => {
        let sum = 0
        for (const stack of this.#stacks) sum += of(stack)
        return sum
      })
    }
  }

  add(stack: Stack): void {
    this.#stacks.add(stack)
  }
}

/** The meter for the registry and the attributes of a fiber. */
export function meterIn(context: Context.Context<never>): Meter {
  const stacks = stacksIn(context)
  const attributes = Object.entries(Context.get(context, Metric.CurrentMetricAttributes))
  const key = JSON.stringify(attributes.sort(([a], [b]) => a < b ? -1 : 1))
  let meter = stacks.meters.get(key)
  if (meter === undefined) stacks.meters.set(key, meter = new Meter(context, stacks))
  return meter
}

/** Counts the sockets of `stack`, whoever opens them, in the registry of a fiber. */
export const countStack = (context: Context.Context<never>, stack: Stack): void =>
  stacksIn(context).add(stack)

function stacksIn(context: Context.Context<never>): StackMeter {
  const registry = Context.get(context, Metric.MetricRegistry)
  let stacks = registries.get(registry)
  if (stacks === undefined) registries.set(registry, stacks = new StackMeter(registry))
  return stacks
}

const registries = new WeakMap<Metric.MetricRegistry, StackMeter>()

/**
 * Sets the source of a metric's figure, for as long as its registry lives. If another copy of this
 * package has already set one, that one's figure is added, because it would otherwise be replaced.
 */
function register(
  context: Context.Context<never>,
  metric: Metric.Counter<number> | Metric.Gauge<number>,
  read: () => number,
): void {
  const registry = Context.get(context, Metric.MetricRegistry)
  const before = new Map(registry)
  const ignored = { update() {}, modify() {} }
  let others = () => 0
  if (isGauge(metric)) {
    const get = () => ({ value: others() + read() })
    Metric.registerUnsafe(metric, context, { get, ...ignored })
  } else {
    const get = () => ({ count: others() + read(), incremental: true })
    Metric.registerUnsafe(metric, context, { get, ...ignored })
  }
  for (const [key, series] of registry) {
    const replaced = before.get(key)
    if (replaced === undefined || replaced === series) continue
    others = () => figureIn(replaced.hooks.get(context))
  }
}

function figureIn(state: unknown): number {
  const { count, value } = state as { readonly count?: number; readonly value?: number }
  return count ?? value ?? 0
}

const isGauge = (
  metric: Metric.Counter<number> | Metric.Gauge<number>,
): metric is Metric.Gauge<number> => metric.type === "Gauge"
