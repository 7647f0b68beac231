import { register } from "./case.ts"
import { deferring } from "./cases/deferring.ts"

register(deferring)
