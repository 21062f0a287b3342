import ArgumentParser

/// `kedge completions`: what a shell needs to complete commands and options.
struct CompletionsCommand: KedgeCommand {
  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Print the completion script of a shell.",
    usage: "kedge completions bash|zsh|fish",
    discussion: """
      EXAMPLES
        kedge completions bash > /etc/bash_completion.d/kedge
        kedge completions fish > ~/.config/fish/completions/kedge.fish
      """)

  @Argument(help: "The shell.")
  var shell: Shell

  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let wanted: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    world.print(Kedge.completionScript(for: wanted) + "\n")
    return .success
  }
}
