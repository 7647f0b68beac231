import { register } from "./case.ts"
import { release } from "./cases/release.ts"

register(release)
