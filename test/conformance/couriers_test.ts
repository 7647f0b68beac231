import { register } from "./case.ts"
import { couriers } from "./cases/couriers.ts"

register(couriers)
