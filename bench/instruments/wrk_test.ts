import assert from "node:assert/strict"
import { test } from "node:test"
import { toldBy } from "./wrk.ts"

test("what wrk says is read, in microseconds", () => {
  const said = `Running 2s test @ http://127.0.0.1:1/
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    13.24ms   20.91ms 101.03ms   85.50%
    Req/Sec     6.20k     1.10k    7.99k    90.99%
  Latency Distribution
     50%   49.00us
     75%   60.00us
     90%    0.90ms
     99%    1.50s 
  12409 requests in 2.01s, 1.16MB read
Requests/sec:   6170.55
Transfer/sec:    590.55KB`
  assert.deepEqual(toldBy(said), {
    requests: 12_409,
    requestsPerSecond: 6170.55,
    median: 49,
    p99: 1_500_000,
  })
})

test("if wrk says nothing, there are no figures", () => {
  assert.throws(() => toldBy("unable to connect"), /wrk did not say/)
})
