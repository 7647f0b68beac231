/**
 * `npm run lab`: installs what is missing, then opens the lab to look around in.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("test/lab/main.ts")
