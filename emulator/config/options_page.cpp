#include "emulator/config/options_page.h"

#include "emulator/config/options.h"
#include "emulator/pools/pool_members.h"

namespace dynsessions::config {
namespace {

constexpr std::string_view kPageOpening = R"(# Options

Written by `dynsessions options`; do not edit.

Each option is a flag, an environment variable and a key of the JSON file that `--config PATH` (`DYNSESSIONS_CONFIG`) names. The key is the flag without its dashes. A flag wins over the environment, and the environment over the file. A flag without a value is a switch: `--exact` is `true`.

Where the sources of the contract disagree or say nothing, an option of the group *Contract options* chooses what to do. Its default is what `api-spec/CONTRACT.md` recommends; the last column names the row of its section 8, or the section. `by-version` means: as each api-version is known or thought to have it.

`--exact` switches off the emulator's own response headers, `x-emulator-reason` (why a request was refused) and `x-emulator-warning` (an unknown api-version was answered as another). It cannot be combined with `--lenient-bodies`, which accepts bodies that the service refuses.
)";

constexpr std::string_view kTableHead =
    "| option | environment variable | what it does | values | default | contract |\n"
    "| --- | --- | --- | --- | --- | --- |\n";

constexpr std::string_view kPools = R"(
## Pools of the config file

The key `pools` of the file declares further session pools: an array of objects with the members below, each of which overrides the default pool's value.

```json
{
  "cooldown-period": 300,
  "pools": [
    {"name": "short", "cooldownPeriod": 10, "maxSessions": 5},
    {"name": "online", "networkStatus": "EgressEnabled", "readySessions": 2}
  ]
}
```

Every declared pool has its own ready sessions, limits and quotas. An undeclared pool exists from its first use, has the definition of the default pool and shares its ready sessions. An entry with the name of the default pool redefines that pool. A definition that cannot be used stops the start with exit code 2; the message names the pool and the member.

| member | values | default |
| --- | --- | --- |
)";

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
         cell(option.question) + '\n';
}

/// The members of a pool, with the values of the default pool.
std::string pool_rows(const Config& defaults) {
  std::string rows;
  for (const pools::PoolMember* member : pools::all_pool_members()) {
    rows += '|' + cell(code(member->name)) + cell(member->value.accepted()) +
            cell(code(member->value.show(defaults.pool))) + '\n';
  }
  return rows;
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
  return page.append(kPools) += pool_rows(defaults);
}

}  // namespace dynsessions::config
