import { register } from "./case.ts"
import { memlock } from "./cases/memlock.ts"

register(memlock)
