#include "emulator/doctor/added_packages.h"

#include <iterator>
#include <optional>
#include <string>

#include "emulator/app/session_packages.h"
#include "emulator/client_environment/package_servers.h"

namespace dynsessions::doctor {
namespace {

std::optional<Check> check_file(config::Config& config, const config::Environment& environment,
                                const runtimes::Installation& installation) {
  const packages::RequirementsFile file = read_requirements(config, environment);
  if (file.is_empty()) return std::nullopt;
  Check check{"environment",
              "added packages",
              Verdict::good,
              std::to_string(file.requirements().size()) + " of " +
                  requirements_path(config, environment)->string(),
              {}};
  if (const auto layer = layer_store(config, environment, installation).find(file)) {
    config.host.python = layer->python();
    return check;
  }
  check.verdict = Verdict::warning;
  check.finding += ": not installed yet";
  check.cure =
      "none is needed: the next server with this file installs them; or "
      "`dynsessions packages install` does it now";
  return check;
}

/// Warns of servers whose sessions do not have the packages of the file. A server that does not
/// answer is no matter of packages.
Checks check_servers(const config::Config& config, const config::Environment& environment) {
  Checks checks;
  const auto path = requirements_path(config, environment);
  if (!path) return checks;
  for (const auto& server : client_environment::servers_with(*path, environment)) {
    if (!server.has_answered || server.has_them) continue;
    checks.push_back({"environment", "packages of a running server", Verdict::warning,
                      server.description,
                      "`dynsessions packages install`, when its reason is gone, makes the server "
                      "try again"});
  }
  return checks;
}

}  // namespace

Checks check_added_packages(config::Config& config, const config::Environment& environment,
                            const runtimes::Installation& installation) {
  Checks checks = check_servers(config, environment);
  if (auto file = check_file(config, environment, installation)) {
    checks.insert(checks.begin(), *std::move(file));
  }
  return checks;
}

}  // namespace dynsessions::doctor
