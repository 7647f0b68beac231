import type { Scene } from "./gate.ts"
import type { Verdict } from "./tally.ts"
import { testsWithoutLibc } from "./tests.ts"

/**
 * The streams' tests once more, as if libc were missing: everything goes over the runtime's own sockets.
 * Tests that need libc skip themselves; the stages `bun` and `deno` run them.
 */
export async function fallback(scene: Scene): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const runtime of scene.runtimes) {
    const ran = await testsWithoutLibc(scene, runtime, files)
    verdicts.push(...ran.filter(({ result }) => result !== "skipped"))
  }
  return verdicts.map(({ name, ...verdict }) => ({ name: `without libc: ${name}`, ...verdict }))
}

/** Below these paths. */
const files: readonly string[] = [
  ...["src/tcp/streams/readable", "src/tcp/streams/writable"],
  ...[
    "src/tcp/connection/closed",
    "src/tcp/connection/teardown",
    "src/tcp/connection/timeouts_test",
  ],
  ...["src/tcp/open/accept_test", "src/tcp/open/adopt", "src/tcp/open/connect"],
  ...["src/tcp/serve/", "src/tcp/socket_test"],
  ...["src/tcp/transfer/file_stream", "src/tcp/transfer/parts_reading"],
  ...["src/tcp/transfer/send_file", "src/tcp/transfer/send_from"],
  ...["test/wpt/", "test/direct/", "test/http/response"],
]
