/**
 * `npm run soak`: installs what is missing, then sends to many peers that misbehave.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("test/soak/main.ts")
