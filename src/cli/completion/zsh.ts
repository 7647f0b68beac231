import type { ArgumentWords, CommandWords, OptionWords } from "./words.ts"

/** A script for zsh, to be sourced, or to be put into a folder of `fpath` as `_zerowire`. */
export function zshScript(
  program: string,
  options: readonly OptionWords[],
  commands: readonly CommandWords[],
): string {
  return `#compdef ${program}
# Completions of ${program} for zsh.
_${program}() {
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    local -a commands=(
${commands.map(({ name, description }) => `      ${quoted(`${name}:${description}`)}`).join("\n")}
    )
    _describe -t commands command commands
    return
  fi
  if (( CURRENT == 2 )); then
    _arguments ${options.map(specOf).join(" ")}
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(caseOf).join("\n")}
  esac
}
if [ "$funcstack[1]" = "_${program}" ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`
}

function caseOf({ name, options, takes }: CommandWords): string {
  const specs = [...options.map(specOf), ...takes.map(positional)]
  return `    ${name}) _arguments -s \\\n      ${specs.join(" \\\n      ")} ;;`
}

/** As in `'(-q --quiet)'{-q,--quiet}'[print nothing]'`. */
function specOf({ short, long, description, hasValue }: OptionWords): string {
  const rest = quoted(`[${description.replace(/[[\]\\]/g, "\\$&")}]${hasValue ? ":value: " : ""}`)
  return short === undefined ? `${long}${rest}` : `'(${short} ${long})'{${short},${long}}${rest}`
}

function positional(take: ArgumentWords): string {
  if (take === "file") return "':file:_files'"
  if (take === "folder") return "':folder:_files -/'"
  return take === "other" ? "': : '" : `':word:(${take.join(" ")})'`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
