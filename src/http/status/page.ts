import { script } from "./page_script.ts"
import { style } from "./page_style.ts"

const tile = (id: string, name: string): string =>
  `<div><span>${name}</span><b id="${id}">&ndash;</b><small id="${id}-more">&nbsp;</small></div>`

const ways = {
  zerocopy: "zero-copy",
  moved: "moved by the kernel from files and sockets",
  copied: "copied",
  unknown: "not reported",
}

const areas = Object.keys(ways).map((way) => `<path id="area-${way}" class="${way}"/>`).join("")
const key = Object.entries(ways).map(([way, name]) => `<span class="${way}">${name}</span>`)

/** The whole page. It asks its own address for events. */
export const page: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Zerowire</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<header><h1>Zerowire</h1><span id="state">connecting</span></header>
<div class="tiles">
${tile("throughput", "Throughput")}
${tile("share", "Without a copy")}
${tile("requests", "Requests")}
${tile("connections", "Connections")}
${tile("inflight", "In flight")}
</div>
<section>
<h2>Throughput of up to two minutes</h2>
<div class="plot">
<svg viewBox="0 0 1000 200" preserveAspectRatio="none" role="img" aria-label="Throughput over time">
<line x2="1000" vector-effect="non-scaling-stroke"/>
<line x2="1000" y1="100" y2="100" vector-effect="non-scaling-stroke"/>
<line x2="1000" y1="200" y2="200" vector-effect="non-scaling-stroke"/>
${areas}
</svg>
<span id="top"></span><span id="half"></span>
</div>
<div class="key">${key.join("")}</div>
</section>
<div class="pair">
<section>
<h2>Copies by reason</h2>
<table><tbody id="reasons"></tbody></table>
</section>
<section>
<h2>Slowest clients</h2>
<table>
<thead><tr><th>address<th>takes<th>queued<th>in flight</thead>
<tbody id="slowest"></tbody>
</table>
</section>
</div>
<noscript>This page needs JavaScript.</noscript>
<script>${script}</script>
</html>
`
