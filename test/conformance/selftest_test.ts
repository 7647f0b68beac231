import { register } from "./case.ts"
import { selftest } from "./cases/selftest.ts"

register(selftest)
