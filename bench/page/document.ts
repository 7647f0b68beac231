import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Machine } from "../report/machine.ts"
import type { Result } from "../report/result.ts"
import type { Results } from "../report/results.ts"
import { cardsOf } from "./cards.ts"
import { drawn, variables } from "./draw.ts"
import { type Figure, type Gap, isFigure, type Table } from "./figure.ts"
import { escaped } from "./text.ts"

/** The page as HTML that needs nothing but itself: the policy in its head forbids it everything else. */
export async function documentOf(
  { version, results }: Results,
  parts: readonly (Figure | Gap)[],
): Promise<string> {
  const figures = parts.filter(isFigure)
  const gaps = parts.filter((part): part is Gap => !isFigure(part))
  const title = `Zerowire ${version}: what sending costs`
  const sections = await Promise.all(figures.map(sectionOf))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;${variables(0)}}
@media(prefers-color-scheme:dark){:root{${variables(1)}}}
${style}</style>
</head>
<body>
<main>
<header>
<h1>What sending costs</h1>
<p>Zerowire ${
    escaped(version)
  } sends from JavaScript without copying. This page shows what that saves, and
where it does not. All rivals send the same bytes, in turn and in one session, over a link on which
zero-copy is real: two network namespaces of one machine. Read the ratios, since the seconds move with
the machine. Under each plot are its numbers and the command that prints them.</p>
${cardsOf(results)}
<nav aria-label="Plots"><ul>${
    figures.map(({ id, title }) => `<li><a href="#${id}">${escaped(title)}</a></li>`).join("")
  }</ul></nav>
</header>
${sections.join("\n")}
${gaps.length > 0 ? gapsOf(gaps) : ""}
</main>
</body>
</html>
`
}

async function sectionOf(figure: Figure): Promise<string> {
  const { id, title, finding, notes, table, from, conditions } = figure
  const plots = [await drawn(figure, "wide"), await drawn(figure, "narrow")].join("\n")
  const facts = [`${conditions}.`, ...unique(from.map(circumstances))]
  const commands = unique(from.map(({ command }) => command))
  return `<section id="${id}">
<h2>${escaped(title)}</h2>
<p><strong>${escaped(finding)}</strong></p>
${plots === "\n" ? "" : `<figure>\n${plots}\n</figure>`}
${notes.map((note) => `<p>${escaped(note)}</p>`).join("\n")}
<p class="facts">Measured over: ${facts.map(escaped).join(" ")}</p>
<details>
<summary>The numbers, and how to print them</summary>
${commands.map((command) => `<pre><code>${escaped(command)}</code></pre>`).join("\n")}
${tableOf(title, table)}
</details>
</section>`
}

const tableOf = (title: string, { head, rows }: Table): string =>
  `<div class="wide-table" tabindex="0" role="region" aria-label="${
    escaped(title)
  }: numbers"><table>
<thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("")}</tr></thead>
<tbody>
${
    rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`).join(
      "\n",
    )
  }
</tbody></table></div>`

const gapsOf = (gaps: readonly Gap[]): string =>
  `<section id="missing">
<h2>Not measured yet</h2>
${
    gaps.map(({ title, command }) =>
      `<p>${escaped(title)}:</p>\n<pre><code>${escaped(command)} --json FILE</code></pre>`
    ).join("\n")
  }
</section>`

/** What a result depends on. */
function circumstances({ date, machine }: Result): string {
  const { bun, deno, node } = machine.versions
  return `${date.slice(0, 10)}, ${
    hardware(machine)
  }, ${machine.kernel}, ${machine.congestionControl}, ` +
    `Bun ${bun}, Deno ${deno.split(" ")[0]}, Node ${
      node.replace("v", "")
    }, commit ${machine.commit}.`
}

const hardware = ({ cpus, cpu }: Machine): string => `${cpus} × ${cpu}`

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)]

/** Simple.css, and what is ours on top of it. */
const style = ["simpledotcss/simple.min.css", "./style.css"]
  .map((path) => readFileSync(fileURLToPath(import.meta.resolve(path)), "utf8")).join("\n")
