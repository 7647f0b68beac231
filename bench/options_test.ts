import assert from "node:assert/strict"
import { test } from "node:test"
import { parse } from "./options.ts"
import { suites } from "./sizes.ts"

const needTools = ["http", "http-idle", "http-beside", "small", "breakdown"]

test("without a suite all of them run, each once, but those that need wrk and perf", () => {
  const run = parse([]).map(({ suite }) => suite)
  assert.deepEqual([...run, ...needTools], suites)
})

test("the suite loopback goes over loopback, and the others where they are told to", () => {
  const links = parse(["--link", "veth"]).map(({ suite, link }) => [suite, link])
  for (const [suite, link] of links) assert.equal(link, suite === "loopback" ? "loopback" : "veth")
})

test("what the command line says stands above what a suite does else", () => {
  const size = ["--rounds", "7", "--chunks", "1024,4194304", "--gigabytes", "1", "--peers", "2,3"]
  for (const options of parse([...size, "--rivals", "own-node,c-epoll", "--quick"])) {
    const { rounds, chunks, peers, rivals, totalBytes } = options
    assert.deepEqual([rounds, chunks, peers], [7, [1024, 4_194_304], [2, 3]])
    assert.deepEqual(rivals.map(({ name }) => name), ["own-node", "c-epoll"])
    assert.ok(totalBytes >= 1e9)
  }
})

test("a stream takes five pairs and every size of chunk, unless it is to be quick", () => {
  const [{ chunks, rounds }] = parse(["stream"])
  assert.deepEqual(chunks.map((bytes) => bytes / 1024), [1, 4, 16, 64, 256, 1024, 4096])
  assert.equal(rounds, 5)
  const [quick] = parse(["stream", "--quick"])
  assert.ok(quick.chunks.length === 1 && quick.rounds < 5)
})

test("all rivals of a suite send the same: a whole number of chunks of any size", () => {
  for (const { totalBytes, warmBytes, chunks } of parse([])) {
    for (const bytes of chunks) assert.deepEqual([totalBytes % bytes, warmBytes % bytes], [0, 0])
  }
})

test("responses come from memory and from files, or from what the command line says", () => {
  assert.deepEqual(parse(["http"])[0].from, ["memory", "file"])
  assert.deepEqual(parse(["http", "--from", "file"])[0].from, ["file"])
})

test("small is asked as fast as it answers, or also at a fixed rate", () => {
  const [{ asks, askers, rate, takers }] = parse(["small"])
  assert.deepEqual([asks, askers, rate, takers], [["one"], [16], 5000, 8])
  const paced = ["--asks", "rate,beside", "--connections", "4,8", "--rate", "100", "--takers", "2"]
  const [options] = parse(["small", ...paced])
  assert.deepEqual(options.asks, ["rate", "beside"])
  assert.deepEqual([options.askers, options.rate, options.takers], [[4, 8], 100, 2])
})
