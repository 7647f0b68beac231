import type { ArgumentWords, CommandWords, OptionWords } from "./words.ts"

/** A script for fish, to be sourced, or to be put into `~/.config/fish/completions`. */
export function fishScript(
  program: string,
  options: readonly OptionWords[],
  commands: readonly CommandWords[],
): string {
  const first = `complete -c ${program} -n __fish_use_subcommand`
  return [
    `# Completions of ${program} for fish.`,
    `complete -c ${program} -f`,
    ...commands.map(({ name, description }) => `${first} -a ${name} -d ${quoted(description)}`),
    ...options.map((option) => `${first} ${optionOf(option)}`),
    ...commands.flatMap(({ name, options, takes }) => {
      const of = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`
      return [...options.map(optionOf), ...takes.flatMap(argumentOf)].map((rest) => `${of} ${rest}`)
    }),
    "",
  ].join("\n")
}

function optionOf({ short, long, description, hasValue }: OptionWords): string {
  const names = [...(short === undefined ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`]
  return [...names, ...(hasValue ? ["-x"] : []), `-d ${quoted(description)}`].join(" ")
}

function argumentOf(take: ArgumentWords): readonly string[] {
  if (take === "file") return ["-F"]
  if (take === "folder") return ["-a '(__fish_complete_directories)'"]
  return take === "other" ? [] : [`-a ${quoted(take.join(" "))}`]
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`
