import { access } from "./faults/access.ts"
import { bytes } from "./faults/bytes.ts"
import { doctor } from "./faults/doctor.ts"
import { edge } from "./faults/edge.ts"
import { effectHttp } from "./faults/effect_http.ts"
import { fallback } from "./faults/fallback.ts"
import { files } from "./faults/files.ts"
import { figures } from "./faults/figures.ts"
import { httpFiles } from "./faults/http_files.ts"
import { http } from "./faults/http.ts"
import { handlers } from "./faults/handlers.ts"
import { isolate } from "./faults/isolate.ts"
import { laptops } from "./faults/laptops.ts"
import { memory } from "./faults/memory.ts"
import { relays } from "./faults/relays.ts"
import { servers } from "./faults/servers.ts"
import { waiting } from "./faults/waiting.ts"
import type { Group } from "./mutant.ts"

/** All faults, by the promise that they break. */
export const groups: readonly Group[] = [
  memory,
  isolate,
  bytes,
  files,
  httpFiles,
  relays,
  http,
  effectHttp,
  handlers,
  fallback,
  laptops,
  waiting,
  servers,
  edge,
  doctor,
  figures,
  access,
]
