#include "emulator/config/options_page.h"

#include "emulator/config/options.h"

namespace dynsessions::config {
namespace {

constexpr std::string_view kPageOpening = R"(# Options

Written by `dynsessions options`; do not edit.

Each option is a flag, an environment variable and a key of the JSON file that `--config PATH` (`DYNSESSIONS_CONFIG`) names. The key is the flag without its dashes. A flag wins over the environment, and the environment over the file. A flag without a value is a switch: `--exact` is `true`.

Where the sources of the contract disagree or say nothing, an option of the group *Contract options* chooses what to do. Its default is what CONTRACT.md recommends; the last column names the row of its section 8, or the section. `by-version` means: as each api-version is known or thought to have it.

`--exact` switches off the emulator's own response headers, `x-emulator-reason` (why a request was refused) and `x-emulator-warning` (an unknown api-version was answered as another). It does not go with `--lenient-bodies`, which takes bodies that the service refuses.
)";

constexpr std::string_view kTableHead =
    "| option | environment variable | what it does | values | default | contract |\n"
    "| --- | --- | --- | --- | --- | --- |\n";

/// A cell must not end early.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return ' ' + escaped + (escaped.empty() ? "|" : " |");
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : '`' + std::string(text) + '`';
}

std::string row(const Option& option, const Config& defaults) {
  return '|' + cell(code("--" + std::string(option.key))) + cell(code(option.environment_name())) +
         cell(option.help) + cell(option.accepted()) + cell(code(option.show(defaults))) +
         cell(option.doubt) + '\n';
}

}  // namespace

std::string options_page() {
  const Config defaults;
  std::string page(kPageOpening);
  std::string_view group;
  for (const Option& option : all_options()) {
    if (option.group != group) {
      group = option.group;
      page.append("\n## ").append(group).append("\n\n").append(kTableHead);
    }
    page += row(option, defaults);
  }
  return page;
}

}  // namespace dynsessions::config
