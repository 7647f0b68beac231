import { register } from "./case.ts"
import { linuxAlone } from "./cases/linux_alone.ts"

register(linuxAlone)
