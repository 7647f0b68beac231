import type { Result } from "../report/result.ts"
import type { Figure, Gap } from "./figure.ts"
import { breakdown } from "./figures/breakdown.ts"
import { chunkSize } from "./figures/chunk_size.ts"
import { calls, connections, idle } from "./figures/counts.ts"
import { crossoverFigure } from "./figures/crossover.ts"
import { effect } from "./figures/effect.ts"
import { flows } from "./figures/flows.ts"
import { latency } from "./figures/latency.ts"
import { peers } from "./figures/peers.ts"

/** Everything that the page shows, in its order. */
export const partsOf = (results: readonly Result[]): readonly (Figure | Gap)[] => [
  ...chunkSize(results),
  ...[flows, crossoverFigure, breakdown, peers, latency, effect, calls, connections, idle]
    .map((part) => part(results)),
]
