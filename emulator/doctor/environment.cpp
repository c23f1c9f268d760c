#include "emulator/doctor/environment.h"

#include <cstdio>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/core/child_process.h"

namespace dynsessions::doctor {
namespace {

using nlohmann::json;

constexpr const char* kMakeOne =
    "`make build` makes an environment that has everything (build/python)";
constexpr const char* kNameAnother = "name a Python 3.11 or 3.12 with --python";

Check environment(std::string name, Verdict verdict, std::string finding, std::string cure = {}) {
  return {"environment", std::move(name), verdict, std::move(finding), std::move(cure)};
}

/// 12 of "3.12.7"; 0 for another major version.
int minor_version(const std::string& version) {
  int minor = 0;
  return std::sscanf(version.c_str(), "3.%d", &minor) == 1 ? minor : 0;
}

/// The agent needs 3.11; the packages are pinned to what 3.11 and 3.12 can install.
Check check_python(const std::string& python, const std::string& version,
                   const PackageList& expected) {
  std::string finding = version + " at " + python;
  if (version != expected.service_python) {
    finding += "; the service has " + expected.service_python + ": " + expected.why_python;
  }
  const int minor = minor_version(version);
  if (minor < 11) return environment("python", Verdict::bad, finding, kNameAnother);
  if (minor > 12) return environment("python", Verdict::warning, finding, kNameAnother);
  return environment("python", Verdict::good, finding);
}

Check check_agent(const std::string& failure) {
  if (failure.empty()) return environment("agent", Verdict::good, "can be imported");
  return environment("agent", Verdict::bad, "cannot be imported: " + failure, kMakeOne);
}

std::string expectation(const PinnedPackage& pin) {
  if (pin.service_version == pin.version) return pin.version + " as in the service";
  std::string text = pin.version;
  if (!pin.service_version.empty()) text += ", the service has " + pin.service_version;
  return pin.why.empty() ? text : text + " (" + pin.why + ")";
}

/// Nothing when the package is there as pinned.
std::optional<Check> check_package(const EnvironmentFacts& facts, const PinnedPackage& pin) {
  const auto found = facts.packages.find(normalized_name(pin.name));
  const bool is_there = found != facts.packages.end();
  if (is_there && found->second == pin.version) return std::nullopt;
  const std::string seen = is_there ? found->second : "missing";
  return environment(pin.name, Verdict::warning, seen + "; pinned is " + expectation(pin));
}

/// A line that sums up and has the cure, and one for each package that is missing or another.
void check_packages(const EnvironmentFacts& facts, const PackageList& expected, Checks& checks) {
  Checks deviations;
  for (const PinnedPackage& pin : expected.packages) {
    if (auto deviation = check_package(facts, pin)) deviations.push_back(std::move(*deviation));
  }
  const std::size_t all = expected.packages.size();
  const std::string count = std::to_string(all - deviations.size()) + " of " + std::to_string(all);
  checks.push_back(environment("packages", deviations.empty() ? Verdict::good : Verdict::warning,
                               count + " as pinned", deviations.empty() ? "" : kMakeOne));
  std::move(deviations.begin(), deviations.end(), std::back_inserter(checks));
}

Check check_pkg_resources(const std::string& failure) {
  if (failure.empty()) return environment("pkg_resources", Verdict::good, "can be imported");
  return environment(
      "pkg_resources", Verdict::warning,
      "cannot be imported: " + failure + "; it is the service's documented way to list packages",
      "install setuptools below 81, which brings it");
}

Check check_fonts(bool has_cache) {
  if (has_cache) return environment("fonts", Verdict::good, "matplotlib's cache is there");
  return environment("fonts", Verdict::warning,
                     "no cache: matplotlib looks for fonts at each session's first figure, which "
                     "takes seconds",
                     kMakeOne);
}

}  // namespace

std::string ask_python(const std::filesystem::path& python, const std::filesystem::path& probe) {
  // -I: nothing of the user's own folders and variables, which a session does not have either. The
  // wait ends with the program, which is the user's own.
  ChildProcess process({python.string(), "-I", probe.string()});
  std::string printed = process.read_all();
  process.wait();
  return printed;
}

std::optional<EnvironmentFacts> read_facts(std::string_view printed) {
  while (printed.ends_with('\n')) printed.remove_suffix(1);
  printed.remove_prefix(printed.rfind('\n') + 1);  // npos + 1 is 0
  const json facts = json::parse(printed, nullptr, /*allow_exceptions=*/false);
  if (!facts.is_object()) return std::nullopt;
  try {
    return EnvironmentFacts{facts.at("python"), facts.at("packages"), facts.at("agent"),
                            facts.at("pkgResources"), facts.at("fontCache")};
  } catch (const json::exception&) {  // a member is missing or of another type
    return std::nullopt;
  }
}

Checks check_environment(const std::string& python, const std::optional<EnvironmentFacts>& facts,
                         const PackageList& expected) {
  if (!facts) {
    return {environment("python", Verdict::bad, python + " does not answer as a Python does",
                        kNameAnother)};
  }
  Checks checks{check_python(python, facts->python_version, expected),
                check_agent(facts->agent_failure)};
  check_packages(*facts, expected, checks);
  checks.push_back(check_pkg_resources(facts->pkg_resources_failure));
  checks.push_back(check_fonts(facts->has_font_cache));
  return checks;
}

}  // namespace dynsessions::doctor
