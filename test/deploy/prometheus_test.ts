import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as NetAddress from "effect/net/NetAddress"
import { format } from "effect/observability/PrometheusMetrics"
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { before, describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import { parseDocument } from "yaml"
import { connect } from "zerowire/effect"
import { layerServer } from "zerowire/effect/http"
import { PlainServer } from "../plain_peer.ts"

const folder = fileURLToPath(new URL("../../deploy/prometheus/", import.meta.url))
const { groups: [{ rules }] } = parsed("alerts.yml") as { groups: readonly { rules: Rule[] }[] }

describe("the alerts for Prometheus", { timeout: 60_000 }, () => {
  let exported = ""
  before(async () => {
    exported = await exportedByProgram()
  })

  for (const { alert, expr } of rules) {
    test(`${alert} asks for metrics and labels that Effect's exporter has`, () => {
      const asked = selectorsIn(expr)
      assert.ok(asked.length > 0)
      for (const { name, labels } of asked) {
        const type = new RegExp(`(rate|increase)\\(${name}`).test(expr) ? "counter" : "gauge"
        assert.match(exported, new RegExp(`^# TYPE ${name} ${type}$`, "m"))
        for (const label of labels) {
          assert.match(exported, new RegExp(`^${name}\\{.*\\b${label}="`, "m"))
        }
      }
    })
  }

  test("name only reasons and paths that exist", () => {
    const reasons = namesIn("src/pieces/copy_reason.ts")
    const values = rules.flatMap(({ expr }) => [...expr.matchAll(/(\w+)=~?"([^"]+)"/g)])
      .flatMap(([, label, values]) => values.split("|").map((value) => ({ label, value })))
    assert.ok(values.length > 5)
    for (const { label, value } of values) {
      if (label === "reason") assert.ok(reasons.includes(value), value)
      else assert.deepEqual([label, value], ["path", "copied"])
    }
  })

  test("are each tested by promtool's file, which expects what they say", () => {
    const { tests } = parsed("alerts_test.yml") as { tests: readonly PromtoolTest[] }
    const expected = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
    assert.deepEqual(
      expected.map(({ alertname }) => alertname).sort(),
      rules.map(({ alert }) => alert).sort(),
    )
    for (const { alertname, exp_alerts: [{ exp_labels, exp_annotations }] } of expected) {
      const rule = rules.find(({ alert }) => alert === alertname)
      assert.equal(exp_labels.severity, rule?.labels.severity)
      assert.equal(exp_annotations.description, rule?.annotations.description)
    }
  })
})

/** What a program shows that has sent over a socket, listens, and has answered a request. */
async function exportedByProgram(): Promise<string> {
  await using server = await PlainServer.open()
  server.accepted().then((peer) => peer.resume())
  const { promise: answered, resolve: onComplete } = Promise.withResolvers<unknown>()
  const program = Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    assert.ok(NetAddress.isInetAddress(address))
    const url = `http://127.0.0.1:${address.port}/`
    yield* Effect.promise(async () => (await fetch(url)).bytes())
    yield* Effect.scoped(connect({ hostname: "127.0.0.1", port: server.port }))
    // It is counted when the kernel has accepted it, which may be after it has arrived.
    yield* Effect.promise(() => answered)
    return yield* format()
  })
  const route = HttpRouter.add("GET", "/", HttpServerResponse.text("small"))
  return await program.pipe(
    Effect.provide(
      HttpRouter.serve(route, { disableLogger: true, disableListenLog: true }).pipe(
        Layer.provideMerge(layerServer({ port: 0, hostname: "127.0.0.1", onComplete })),
      ),
    ),
    Effect.provideService(Metric.MetricRegistry, new Map()),
    Effect.runPromise,
  )
}

/** The metrics of an expression, and the labels that it selects them by. */
function selectorsIn(expr: string) {
  const words = expr.replaceAll(/"[^"]*"/g, '""').matchAll(/\b(zerowire_\w+)(?:\{([^}]*)\})?/g)
  return [...words].map(([, name, selector = ""]) => ({
    name,
    labels: [...selector.matchAll(/(\w+)=/g)].map(([, label]) => label),
  }))
}

function namesIn(path: string): readonly string[] {
  const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
  return [...source.matchAll(/^ +\| "(\w+)"/gm)].map(([, name]) => name)
}

function parsed(file: string): unknown {
  const document = parseDocument(readFileSync(folder + file, "utf8"))
  assert.deepEqual([...document.errors, ...document.warnings], [])
  return document.toJS()
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

interface PromtoolTest {
  readonly alert_rule_test: readonly {
    readonly alertname: string
    readonly exp_alerts: readonly {
      readonly exp_labels: { readonly severity: string }
      readonly exp_annotations: Rule["annotations"]
    }[]
  }[]
}
