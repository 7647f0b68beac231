/**
 * `npm run report`: installs what is missing, then writes the page of results and the README's table.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("bench/page.ts")
