import type { Case } from "./case.ts"
import { couriers } from "./cases/couriers.ts"
import { deferring } from "./cases/deferring.ts"
import { ids } from "./cases/ids.ts"
import { linuxAlone } from "./cases/linux_alone.ts"
import { memlock } from "./cases/memlock.ts"
import { packetdrill } from "./cases/packetdrill.ts"
import { pipes } from "./cases/pipes.ts"
import { readiness } from "./cases/readiness.ts"
import { release } from "./cases/release.ts"
import { selftest } from "./cases/selftest.ts"

/** Every case there is. */
export const all: readonly Case[] = [
  ...[selftest, packetdrill, ids, release, readiness, deferring, pipes, couriers].flat(),
  ...[memlock, linuxAlone].flat(),
]
