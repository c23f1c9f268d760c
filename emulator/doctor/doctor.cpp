#include "emulator/doctor/doctor.h"

#include <chrono>
#include <optional>
#include <stdexcept>

#include "emulator/app/descriptors.h"
#include "emulator/app/engine_settings.h"
#include "emulator/doctor/added_packages.h"
#include "emulator/doctor/environment.h"
#include "emulator/doctor/limits.h"
#include "emulator/doctor/sandbox.h"

namespace dynsessions::doctor {
namespace {

/// The probe takes half a second, or several seconds if its files are on a slow disk and not yet
/// cached.
constexpr std::chrono::seconds kTimeout{20};

Checks examine_environment(const std::filesystem::path& python,
                           const runtimes::Installation& installation) {
  const auto expected = packages::read_package_list(installation.agent);
  const auto probe = installation.agent / "environment_probe.py";
  const auto printed = ask_python(python, probe, kTimeout);
  if (!printed) return check_unresponsive_python(python.string(), kTimeout);
  return check_environment(python.string(), read_facts(*printed), expected);
}

Check check_egress_program() {
  const auto program = runtimes::find_egress_program();
  if (program) return {"sandbox", "egress", Verdict::good, "by " + program->string(), {}};
  return {"sandbox", "egress", Verdict::bad,
          "EgressEnabled needs slirp4netns, which is not in PATH",
          "sudo apt-get install slirp4netns"};
}

}  // namespace

Checks examine(const config::Config& options, const runtimes::Installation& installation) {
  config::Config config = options;
  std::filesystem::path python;
  Checks added;
  try {
    added = check_added_packages(config, config::process_environment, installation);
    python = runtimes::session_python(python_settings(config.host), installation);
  } catch (const runtimes::EngineUnavailable& error) {
    return check_missing_python(error.what());
  }
  Checks checks = examine_environment(python, installation);
  std::move(added.begin(), added.end(), std::back_inserter(checks));
  // Skips the sandbox: a Python that the agent cannot use would fail there too, with less clear
  // reasons.
  if (checks.front().verdict == Verdict::bad) return checks;
  if (config.pool.network_status == pools::NetworkStatus::egress_enabled) {
    checks.push_back(check_egress_program());
    if (checks.back().verdict == Verdict::bad) return checks;
  }
  Checks sandbox = check_sandbox(config, installation);
  std::move(sandbox.begin(), sandbox.end(), std::back_inserter(checks));
  checks.push_back(check_descriptors(descriptor_limit(), most_sessions(config)));
  return checks;
}

}  // namespace dynsessions::doctor
