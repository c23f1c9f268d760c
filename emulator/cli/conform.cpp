#include "emulator/conformance/conform.h"

#include <algorithm>
#include <vector>

#include "emulator/base/suggestion.h"
#include "emulator/cli/command.h"
#include "emulator/conformance/options.h"

namespace dynsessions::cli {
namespace {

/// For completion and suggestions; conformance/options.cpp reads and explains them.
constexpr Flag kConformFlags[] = {
    {"--endpoint", "URL", "Pool management endpoint; default: the emulator itself."},
    {"--arm", "URL", "Azure Resource Manager to run the cases of the control plane at."},
    {"--subscription", "ID", "Subscription at --arm."},
    {"--token-command", "CMD", "Shell command that prints a bearer token."},
    {"--yes", "", "Agree to the plan that is printed for an endpoint."},
    {"--plan", "", "Print the plan and run nothing."},
    {"--checkpoint", "FILE", "File to resume from after an interruption."},
    {"--max-sessions", "N", "Maximum number of sessions."},
    {"--max-requests", "N", "Maximum number of requests."},
    {"--max-minutes", "N", "Time after which no case is started."},
    {"--cases", "PATH", "Directory of cases, or one file."},
    {"--filter", "GLOB", "Run only cases whose id matches."},
    {"--list", "", "Print the chosen cases and run nothing."},
    {"--slow", "", "Run slow cases too."},
    {"--junit", "FILE", "Write a report as JUnit XML."},
    {"--json", "FILE", "Write a report as JSON."},
    {"--markdown", "FILE", "Write a report as Markdown."},
    {"--html", "FILE", "Write a report as one HTML page."},
    {"--deviations", "FILE", "Write DEVIATIONS.md from the cases and run nothing."},
    {"--counts", "", "Print the number of cases per level of evidence and run nothing."},
};

/// Throws config::ConfigError for an unknown flag that is similar to a flag of conform.
void refuse_misspelt(const std::vector<std::string>& words) {
  std::vector<std::string_view> names{"--help"};
  for (const Flag& flag : kConformFlags) names.push_back(flag.name);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::find(names.begin(), names.end(), name) != names.end()) {
      continue;
    }
    throw config::ConfigError("there is no flag `" + name + "`" + did_you_mean(name, names) +
                              "\nTry `dynsessions conform --help`.");
  }
}

ExitCode compare_with_contract(const Invocation& call) {
  refuse_misspelt(call.arguments);
  return ExitCode{conformance::conform(call.arguments)};
}

}  // namespace

const Command kConform{
    .name = "conform",
    .summary = "Compare this or any other endpoint with the contract.",
    .flags = kConformFlags,
    .own_help = conformance::conform_help,
    .run = compare_with_contract,
};

}  // namespace dynsessions::cli
