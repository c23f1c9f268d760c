#include <cstdio>

#include "emulator/cli/command.h"
#include "emulator/cli/completion_model.h"

namespace dynsessions::cli {
namespace {

std::string script_for(const std::string& shell) {
  const CompletionModel model = completion_model();
  if (shell == "bash") return bash_completion(model);
  if (shell == "zsh") return zsh_completion(model);
  return fish_completion(model);
}

constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

ExitCode print_completion(const Invocation& call) {
  if (call.arguments.empty()) {
    throw config::ConfigError(
        "`completion` needs the name of a shell: bash, zsh or fish"
        "\nTry `dynsessions completion --help`.");
  }
  std::fputs(script_for(call.arguments.front()).c_str(), stdout);
  return stopped;
}

}  // namespace

const Command kCompletion{
    .name = "completion",
    .summary = "Print a script that completes commands and flags in bash, zsh or fish.",
    .description =
        "Prints a script for the shell that completes commands, flags and the words that "
        "they accept.\n",
    .examples =
        "  source <(dynsessions completion bash)            in ~/.bashrc\n"
        "  source <(dynsessions completion zsh)             in ~/.zshrc, after compinit\n"
        "  dynsessions completion fish > ~/.config/fish/completions/dynsessions.fish\n",
    .exit_codes =
        "  0  printed\n"
        "  2  wrong usage\n",
    .argument = "SHELL",
    .argument_words = kShells,
    .run = print_completion,
};

}  // namespace dynsessions::cli
