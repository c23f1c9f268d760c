#include "emulator/doctor/added_packages.h"

#include <string>

#include "emulator/app/session_packages.h"

namespace dynsessions::doctor {

std::optional<Check> check_added_packages(config::Config& config,
                                          const config::Environment& environment,
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
      "`dynsessions packages add -r FILE` does it now";
  return check;
}

}  // namespace dynsessions::doctor
