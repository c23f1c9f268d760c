#include "emulator/config/help.h"

#include <string_view>

#include "emulator/config/options.h"
#include "emulator/config/token_options.h"

namespace dynsessions::config {
namespace {

constexpr std::string_view kHelpOpening =
    R"(dynsessions: a local emulator of the Azure Container Apps dynamic sessions API.

Examples:
  dynsessions                         serve on http://127.0.0.1:7070
  dynsessions --port 0                serve on a free port, printed in the ready line
  dynsessions --cooldown-period 30    forget a session after 30 idle seconds
  DYNSESSIONS_AUTH=off dynsessions    set an option by its environment variable
  dynsessions --config options.json   read options from a file, such as {"max-sessions": 5}

Usage:
  dynsessions [serve] [OPTIONS]       start the emulator
  dynsessions healthcheck [OPTIONS]   ask the server that these options and variables describe
                                      whether it is ready: one line, exit code 0 or 1
  dynsessions wait [OPTIONS]          the same until it is ready; --timeout SECONDS, default 60
  dynsessions cert [OPTIONS]          print how clients trust the certificate of the HTTPS port
  dynsessions token [OPTIONS]         print a token for tests of --auth claims
  dynsessions doctor [OPTIONS]        look at the Python environment and at the sandbox, and say
                                      what is wrong; -o json for programs
  dynsessions conform [OPTIONS]       compare this or any endpoint with the contract
  dynsessions options                 print all options as a Markdown page, which is OPTIONS.md
  dynsessions version                 print the version and exit; also --version
  dynsessions --help                  print this help and exit; also -h

Every option can be set in three ways: by its flag, by the environment variable below it, or by its
name without the dashes in the file given by --config. A flag wins over the environment, and the
environment over the file. A switch takes true, false, 1 or 0 from a variable and in the file.
)";

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0  stopped on request; a command did what it is for
  1  failed while running; healthcheck, wait: not ready
  2  wrong usage
  3  port in use
  4  no usable sandbox or Python
)";

/// Where explanations begin: two columns after the widest flag.
constexpr std::size_t kExplanationColumn = 30;

/// Two lines: the flag with its explanation, and below the other way to set it.
std::string entry(const std::string& flag, std::string_view explanation,
                  const std::string& variable) {
  std::string line = "  " + flag;
  line.resize(kExplanationColumn, ' ');
  line.append(explanation) += '\n';
  return line + std::string(kExplanationColumn, ' ') + variable + '\n';
}

std::string entry_of(const Option& option, const Config& defaults) {
  std::string flag = "--" + std::string(option.key);
  if (!option.is_switch()) flag += ' ' + std::string(option.value_name);
  std::string variable = option.environment_name();
  if (const auto shown = option.show(defaults); !shown.empty()) variable += ", default " + shown;
  return entry(flag, option.help, variable);
}

}  // namespace

std::string help_text() {
  const Config defaults;
  std::string text(kHelpOpening);
  std::string_view group;
  for (const Option& option : all_options()) {
    if (option.group != group) {
      group = option.group;
      text += '\n' + std::string(group) + ":\n";
    }
    text += entry_of(option, defaults);
  }
  text += "\nFile:\n";
  text +=
      entry("--config PATH", "JSON file with options, // comments allowed", "DYNSESSIONS_CONFIG");
  return text.append(kTokenHelp).append(kExitCodes);
}

}  // namespace dynsessions::config
