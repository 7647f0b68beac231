import { Argument, type Command } from "commander"
import process from "node:process"

export function addCompletion(zerowire: Command): void {
  zerowire.command("completion")
    .description("Prints a script with which a shell completes the words of zerowire.")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      "\nbash: put this into ~/.bashrc:  source <(zerowire completion bash)\n" +
        "zsh:  put this into ~/.zshrc, after compinit:  source <(zerowire completion zsh)\n" +
        "fish: zerowire completion fish > ~/.config/fish/completions/zerowire.fish",
    )
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completionScript } = await import("./completion/script.ts")
      process.stdout.write(completionScript(shell, zerowire))
    })
}
