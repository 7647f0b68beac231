import { test } from "node:test"
import assert from "node:assert/strict"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { run } from "../../test/effect_program.ts"
import { PlainServer } from "../../test/plain_peer.ts"
import {
  connect,
  connectOptionsConfig,
  listenOptionsConfig,
  socketOptionsConfig,
} from "../effect.ts"

test("every option of a socket is read", async () => {
  const options = await read(socketOptionsConfig, {
    OWNERSHIP: "borrow",
    ZEROCOPY: "always",
    THRESHOLD: "4096",
    HIGH_WATER_MARK: "2 MiB",
    HUGE_PAGES: "off",
    PIN_HEAP: "on",
    NO_DELAY: "no",
    CLOSE_TIMEOUT: "1.5 seconds",
  })
  assert.deepEqual(options, {
    ownership: "borrow",
    zerocopy: "always",
    threshold: 4096,
    highWaterMark: 2 * 1024 * 1024,
    hugePages: false,
    pinHeap: true,
    noDelay: false,
    closeTimeout: 1500,
  })
})

test("missing options keep their defaults", async () => {
  assert.deepEqual(await read(socketOptionsConfig, {}), {})
  assert.deepEqual(await read(socketOptionsConfig, { CLOSE_TIMEOUT: "250" }), { closeTimeout: 250 })
})

test("addresses to connect to and to listen on are read too", async () => {
  assert.deepEqual(
    await read(connectOptionsConfig, {
      HOSTNAME: "example.org",
      PORT: "80",
      CONNECT_TIMEOUT: "2 seconds",
      ZEROCOPY: "never",
    }),
    { hostname: "example.org", port: 80, connectTimeout: 2000, zerocopy: "never" },
  )
  assert.deepEqual(
    await read(listenOptionsConfig, {
      PORT: "0",
      BACKLOG: "16",
      REUSE_PORT: "true",
      NO_DELAY: "yes",
    }),
    { port: 0, backlog: 16, reusePort: true, noDelay: true },
  )
})

const refused: readonly (readonly [Config.Config<unknown>, Record<string, string>, RegExp])[] = [
  [socketOptionsConfig, { OWNERSHIP: "mine" }, /ownership/],
  [socketOptionsConfig, { ZEROCOPY: "yes" }, /zerocopy/],
  [socketOptionsConfig, { THRESHOLD: "0" }, /threshold/],
  [socketOptionsConfig, { THRESHOLD: "0 B" }, /threshold/],
  [socketOptionsConfig, { THRESHOLD: "much" }, /threshold/],
  [socketOptionsConfig, { HIGH_WATER_MARK: "-1" }, /highWaterMark/],
  [socketOptionsConfig, { NO_DELAY: "perhaps" }, /noDelay/],
  [socketOptionsConfig, { CLOSE_TIMEOUT: "-1" }, /closeTimeout/],
  [socketOptionsConfig, { CLOSE_TIMEOUT: "-1 seconds" }, /closeTimeout/],
  [socketOptionsConfig, { CLOSE_TIMEOUT: "Infinity" }, /closeTimeout/],
  [connectOptionsConfig, {}, /port/],
  [connectOptionsConfig, { PORT: "65536" }, /port/],
  [listenOptionsConfig, { PORT: "-1" }, /port/],
  [listenOptionsConfig, { PORT: "80", BACKLOG: "-1" }, /backlog/],
]

for (const [config, env, name] of refused) {
  test(`${JSON.stringify(env)} is a ConfigError that names ${name.source}`, async () => {
    const failure = await Effect.runPromise(Effect.flip(config.parse(provider(env))))
    assert.equal(failure._tag, "ConfigError")
    assert.match(failure.message, name)
  })
}

test("a program connects with the options it has read", async () => {
  await using server = await PlainServer.open()
  const env = { ZEROWIRE_PORT: String(server.port), ZEROWIRE_CLOSE_TIMEOUT: "5 seconds" }
  const program = Effect.flatMap(Config.nested(connectOptionsConfig, "zerowire"), connect)
  const socket = await run(
    Effect.provideService(program, ConfigProvider.ConfigProvider, provider(env)),
  )
  assert.equal(socket.remoteAddr.port, server.port)
})

const provider = (env: Record<string, string>) =>
  ConfigProvider.constantCase(ConfigProvider.fromEnv({ env }))

const read = <A>(config: Config.Config<A>, env: Record<string, string>): Promise<A> =>
  Effect.runPromise(config.parse(provider(env)))
