import { register } from "./case.ts"
import { ids } from "./cases/ids.ts"

register(ids)
