import { register } from "./case.ts"
import { readiness } from "./cases/readiness.ts"

register(readiness)
