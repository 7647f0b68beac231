import { register } from "./case.ts"
import { pipes } from "./cases/pipes.ts"

register(pipes)
