/**
 * Every function with options refuses unknown ones, and names the one that was probably meant. Otherwise
 * a misspelled option would keep its default, and a private service would listen on all addresses.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import assert from "node:assert/strict"
import { once } from "node:events"
import { test } from "node:test"
import * as effect from "../../src/effect.ts"
import * as zerowire from "../../src/mod.ts"
import { simulate } from "../../src/testing.ts"
import * as testing from "../../src/testing.ts"
import * as error from "../../src/error/mod.ts"
import { connected } from "../connected.ts"
import { dial } from "../plain_peer.ts"

const { connect, createSlab, fileStream, listen, sendFile, takeOver } = zerowire

/** What a call needs besides its options. */
interface Stage {
  readonly socket: zerowire.Socket
  readonly port: number
}

/** Calls a function with options that no type allows. */
type Call = (stage: Stage, options: never) => unknown

interface Case {
  readonly call: Call
  /** An unknown option, and what the message says about it. */
  readonly unknown: readonly [name: string, cure: string]
}

const promises: Readonly<Record<string, Case>> = {
  connect: {
    call: (_, options) => connect(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  listen: {
    call: (_, options) => listen(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  createSlab: {
    call: (_, options) => createSlab(options),
    unknown: ["slotSize", 'Did you mean "slotBytes"?'],
  },
  takeOver: {
    call: async ({ port }, options) => {
      const socket = await dial(port)
      try {
        await takeOver(socket, options)
      } finally {
        socket.destroy()
        await once(socket, "close")
      }
    },
    unknown: ["data", 'Did you mean "received"?'],
  },
  sendFile: {
    call: ({ socket }, options) => sendFile(socket, "no such file", options),
    unknown: ["offset", 'Did you mean "start"?'],
  },
  fileStream: {
    call: (_, options) => fileStream("no such file", options),
    unknown: ["offset", 'Did you mean "start"?'],
  },
  "Socket.sendFrom": {
    call: ({ socket }, options) => socket.sendFrom(new ReadableStream(), options),
    unknown: ["chunkSize", 'Did you mean "bufferBytes"?'],
  },
  simulate: { call: (_, options) => simulate(options), unknown: ["seeds", '"seed"'] },
  "simulate, link": {
    call: (_, link) => simulate({ link }),
    unknown: ["delay", 'The options are "blackhole"'],
  },
  "simulate, limits": {
    call: (_, limits) => simulate({ limits }),
    unknown: ["memLock", 'Did you mean "memlock"?'],
  },
  "simulate, faults": {
    call: (_, faults) => simulate({ faults }),
    unknown: ["shortSends", 'Did you mean "shortSend"?'],
  },
  "Simulation.peer": {
    call: (_, options) => simulate().peer(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  "Simulation.peer, link": {
    call: (_, link) => simulate().peer({ link }),
    unknown: ["losses", 'Did you mean "loss"?'],
  },
  "Simulation.connect": {
    call: (_, options) => simulate().connect(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  "Simulation.listen": {
    call: (_, options) => simulate().listen(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
}

const interrupt = "Interrupt the fiber instead"

/** Functions of `zerowire/effect`, for which that is a defect. */
const effects: Readonly<Record<string, Case>> = {
  connect: { call: (_, options) => effect.connect(options), unknown: ["signal", interrupt] },
  listen: {
    call: (_, options) => effect.listen(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  takeOver: {
    call: ({ socket }, options) =>
      Effect.acquireUseRelease(
        Effect.promise(() => dial(socket.remoteAddr.port)),
        (plain) => Effect.scoped(effect.takeOver(plain, options)),
        (plain) => Effect.sync(() => plain.destroy()),
      ),
    unknown: ["head", 'Did you mean "received"?'],
  },
  makeSlab: {
    call: (_, options) => effect.makeSlab(options),
    unknown: ["slotSize", 'Did you mean "slotBytes"?'],
  },
  sendFile: {
    call: ({ socket }, options) => effect.sendFile(socket, "no such file", options),
    unknown: ["signal", interrupt],
  },
  sendFrom: {
    call: ({ socket }, options) => effect.sendFrom(socket, new ReadableStream(), options),
    unknown: ["signal", interrupt],
  },
  sink: {
    call: ({ socket }, options) =>
      Stream.run(Stream.make(new Uint8Array(1)), effect.sink(socket, options)),
    unknown: ["endOnDoen", 'Did you mean "endOnDone"?'],
  },
  makeSocket: {
    call: (_, options) => effect.makeSocket(options).reader,
    unknown: ["signal", interrupt],
  },
  layerSocket: {
    call: (_, options) =>
      Effect.scoped(
        Effect.flatMap(Layer.build(effect.layerSocket(options)), () =>
          effect.makeSocket(options).reader),
      ),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  makeSocketServer: {
    call: (_, options) => effect.makeSocketServer(options),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
  layerSocketServer: {
    call: (_, options) => Layer.build(effect.layerSocketServer(options)),
    unknown: ["host", 'Did you mean "hostname"?'],
  },
}

/** What a call is given, and what its message has. */
const attempts = (
  { unknown: [name, cure] }: Case,
): readonly [what: string, options: unknown, message: string][] => [
  [`the option ${name}`, { [name]: 1 }, `there is no option "${name}". `],
  [`the option ${name} with a cure`, { [name]: 1 }, cure],
  ["a number for options", 8080, "options must be an object, not 8080. Call it as in "],
  ["null for options", null, "options must be an object, not null. Call it as in "],
]

for (const [name, subject] of Object.entries(promises)) {
  for (const [what, options, message] of attempts(subject)) {
    test(`${name} refuses ${what}`, async () => {
      await connected({}, async (socket) => {
        const stage = { socket, port: socket.remoteAddr.port }
        let failure: unknown
        try {
          await subject.call(stage, options as never)
        } catch (thrown) {
          failure = thrown
        }
        assert.ok(failure instanceof TypeError, String(failure))
        assert.match(failure.message, /^Cannot /)
        assert.ok(failure.message.includes(message), failure.message)
      })
    })
  }
}

for (const [name, subject] of Object.entries(effects)) {
  for (const [what, options, message] of attempts(subject)) {
    test(`${name} of zerowire/effect refuses ${what}, as a defect`, async () => {
      await connected({}, async (socket) => {
        const stage = { socket, port: socket.remoteAddr.port }
        const program = subject.call(stage, options as never) as Effect.Effect<unknown, unknown>
        const exit = await Effect.runPromiseExit(Effect.scoped(program))
        assert.ok(Exit.isFailure(exit))
        const failure = Cause.squash(exit.cause)
        assert.ok(Cause.hasDies(exit.cause) && failure instanceof TypeError, String(failure))
        assert.ok(failure.message.includes(message), failure.message)
      })
    })
  }
}

/** Exports that are not functions with options. */
const others = {
  zerowire: ["DirectListener", "DirectSocket", "Listener", "Socket", "processStats"],
  effect: [
    ...["abort", "close", "closeWrite", "lease", "sendLease", "stream", "ServedSocket", "metrics"],
    ...["connectOptionsConfig", "listenOptionsConfig", "socketOptionsConfig"],
  ],
  testing: ["SimulationError"],
}

test("this file tests every exported function", () => {
  const errors = Object.keys(error)
  const untried = (module: object, tried: readonly string[]) =>
    Object.keys(module).filter((name) => !tried.includes(name) && !errors.includes(name))
  assert.deepEqual(untried(zerowire, [...Object.keys(promises), ...others.zerowire]), [])
  assert.deepEqual(untried(effect, [...Object.keys(effects), ...others.effect]), [])
  assert.deepEqual(untried(testing, [...Object.keys(promises), ...others.testing]), [])
})
