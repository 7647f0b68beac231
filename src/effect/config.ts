import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ListenOptions, SocketOptions } from "../tcp/mod.ts"
import type { ConnectOptions } from "./options.ts"

/**
 * `SocketOptions` from the configuration. Options that are not there keep their defaults. Sizes are
 * numbers of bytes, or strings such as `64 KiB`; times are numbers of milliseconds, or strings such as
 * `30 seconds`.
 *
 * ```ts
 * import * as Config from "effect/Config"
 * import * as ConfigProvider from "effect/ConfigProvider"
 * import * as Effect from "effect/Effect"
 * import { socketOptionsConfig } from "zerowire/effect"
 *
 * const env = { ZEROWIRE_THRESHOLD: "64 KiB", ZEROWIRE_NO_DELAY: "false" }
 * const provider = ConfigProvider.fromEnv({ env }).pipe(ConfigProvider.constantCase)
 * const options = await Effect.runPromise(
 *   Config.nested(socketOptionsConfig, "zerowire").parse(provider),
 * )
 * console.log(options) // { threshold: 65536, noDelay: false }
 * ```
 */
export const socketOptionsConfig: Config.Config<SocketOptions> = Config.map(
  Config.all(optional(socketConfigs())),
  present,
)

/** `ConnectOptions` from the configuration: where to connect to, and `socketOptionsConfig`. */
export const connectOptionsConfig: Config.Config<ConnectOptions> = Config.map(
  Config.all({
    port: Config.Port("port"),
    ...optional({
      hostname: Config.NonEmptyString("hostname"),
      connectTimeout: millis("connectTimeout"),
      fallback: Config.Literals(["runtime", "none"], "fallback"),
    }),
    ...optional(socketConfigs()),
  }),
  ({ port, ...others }) => ({ port, ...present(others) }),
)

/** `ListenOptions` from the configuration: where to listen, and `socketOptionsConfig`. */
export const listenOptionsConfig: Config.Config<ListenOptions> = Config.map(
  Config.all({
    port: Config.schema(anyPort(), "port"),
    ...optional({
      hostname: Config.NonEmptyString("hostname"),
      backlog: Config.schema(wholeFrom(0), "backlog"),
      reusePort: Config.Boolean("reusePort"),
      fallback: Config.Literals(["runtime", "none"], "fallback"),
    }),
    ...optional(socketConfigs()),
  }),
  ({ port, ...others }) => ({ port, ...present(others) }),
)

/** One for each option: an unknown one is an error of types here. */
function socketConfigs(): ConfigsOf<SocketOptions> {
  return {
    ownership: Config.Literals(["auto", "transfer", "borrow", "copy"], "ownership"),
    zerocopy: Config.Literals(["auto", "always", "never"], "zerocopy"),
    threshold: bytes("threshold", 1),
    highWaterMark: bytes("highWaterMark", 0),
    hugePages: Config.Boolean("hugePages"),
    pinHeap: Config.Boolean("pinHeap"),
    noDelay: Config.Boolean("noDelay"),
    closeTimeout: millis("closeTimeout"),
    idleTimeout: millis("idleTimeout", 1),
    readTimeout: millis("readTimeout", 1),
    writeTimeout: millis("writeTimeout", 1),
  }
}

type ConfigsOf<Options> = {
  readonly [name in keyof Options]-?: Config.Config<Exclude<Options[name], undefined>>
}

function bytes(name: string, least: number): Config.Config<number> {
  const size = Schema.ByteSize.check(
    Schema.makeFilter((size) => size >= BigInt(least) || `a size of at least ${least} bytes`),
  )
  return Config.map(Config.schema(Schema.Union([wholeFrom(least), size]), name), Number)
}

function millis(name: string, least = 0): Config.Config<number> {
  const time = Schema.DurationFromString.check(
    Schema.makeFilter((time) =>
      Duration.isFinite(time) && Duration.toMillis(time) >= least || "a time that ends"
    ),
  )
  const number = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(least))
  return Config.map(
    Config.schema(Schema.Union([number, time]), name),
    (time) => typeof time === "number" ? time : Duration.toMillis(time),
  )
}

function wholeFrom(least: number): Schema.Codec<number, number> {
  return Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))
}

/** 0 picks a free port. */
function anyPort(): Schema.Codec<number, number> {
  return Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65535 }))
}

function optional<Configs extends Record<string, Config.Config<unknown>>>(
  configs: Configs,
): {
  readonly [name in keyof Configs]: Config.Config<Option.Option<Config.Success<Configs[name]>>>
} {
  return Object.fromEntries(
    Object.entries(configs).map(([name, config]) => [name, Config.option(config)]),
  ) as never
}

/** The keys that are present. */
function present<Options>(
  options: { readonly [name in keyof Options]: Option.Option<Options[name]> },
): Partial<Options> {
  return Object.fromEntries(
    Object.entries<Option.Option<unknown>>(options).flatMap(([name, value]) =>
      Option.isSome(value) ? [[name, value.value]] : []
    ),
  ) as Partial<Options>
}
