import type { ArgumentWords, CommandWords, OptionWords } from "./words.ts"

/** A script for bash 3.2 and later, to be sourced. */
export function bashScript(
  program: string,
  options: readonly OptionWords[],
  commands: readonly CommandWords[],
): string {
  const names = commands.map(({ name }) => name)
  return `# Completions of ${program} for bash.
_${program}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...names, ...longs(options)].join(" ")}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map(caseOf).join("\n")}
  esac
}
complete -o filenames -F _${program} ${program}
`
}

function caseOf({ name, options, takes }: CommandWords): string {
  const values = options.filter(({ hasValue }) => hasValue)
    .flatMap(({ short, long }) => short === undefined ? [long] : [short, long])
  return [
    `    ${name})`,
    ...(values.length > 0 ? [`      case "$before" in ${values.join("|")}) return ;; esac`] : []),
    `      case "$word" in`,
    `        -*) COMPREPLY=($(compgen -W "${longs(options).join(" ")}" -- "$word")) ;;`,
    ...wordsOf(takes).map((words) => `        *) ${words} ;;`),
    `      esac ;;`,
  ].join("\n")
}

/** Which argument it is cannot be told without parsing the options, so that a file is offered for any. */
function wordsOf(takes: readonly ArgumentWords[]): readonly string[] {
  const choices = takes.find((take) => typeof take !== "string")
  if (choices !== undefined) {
    return [`COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word"))`]
  }
  const kind = takes.includes("file") ? "-f" : takes.includes("folder") ? "-d" : undefined
  // Names of files may contain spaces.
  return kind === undefined ? [] : [`local IFS=$'\\n'; COMPREPLY=($(compgen ${kind} -- "$word"))`]
}

const longs = (options: readonly OptionWords[]): readonly string[] =>
  options.map(({ long }) => long)
