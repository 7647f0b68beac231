import { register } from "./case.ts"
import { packetdrill } from "./cases/packetdrill.ts"

register(packetdrill)
