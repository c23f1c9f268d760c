#include "emulator/doctor/environment.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include <boost/algorithm/string/join.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/child_process.h"
#include "emulator/base/json_text.h"
#include "emulator/packages/package_name.h"

namespace dynsessions::doctor {
namespace {

using nlohmann::json;
using packages::PackageList;
using packages::PinnedPackage;

constexpr const char* kMakeOne =
    "`make build` makes an environment that has everything (build/python), and "
    "`sandbox/agents/python/create_environment.sh DIR` makes one anywhere, for --python "
    "DIR/bin/python3";
constexpr const char* kMakeOneIfNeeded =
    "none, unless programs need them: then the image `full` (docker/README.md), or "
    "`sandbox/agents/python/create_environment.sh DIR` and --python DIR/bin/python3";
constexpr const char* kNameAnother = "name a Python 3.11 or 3.12 with --python";

/// An environment with none of these lacks them on purpose, as in the image `server`.
constexpr const char* kDataStack[] = {"numpy", "pandas", "matplotlib"};

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

/// Packages that differ from the pinned versions.
struct Deviations {
  std::vector<std::string> missing;
  Checks others;  ///< a line for each package of another version
};

Deviations deviations_of(const EnvironmentFacts& facts, const PackageList& expected) {
  Deviations deviations;
  for (const PinnedPackage& pin : expected.packages) {
    const auto found = facts.packages.find(packages::normalized_name(pin.name));
    if (found == facts.packages.end()) {
      deviations.missing.push_back(pin.name);
    } else if (found->second != pin.version) {
      deviations.others.push_back(environment(pin.name, Verdict::warning,
                                              found->second + "; pinned is " + expectation(pin)));
    }
  }
  return deviations;
}

/// Whether sessions work but the whole data stack is missing.
bool is_small_on_purpose(const EnvironmentFacts& facts, const Deviations& deviations) {
  const bool has_some =
      std::any_of(std::begin(kDataStack), std::end(kDataStack),
                  [&facts](const char* name) { return facts.packages.contains(name); });
  return facts.agent_failure.empty() && !deviations.missing.empty() && !has_some;
}

Check sum_of(const EnvironmentFacts& facts, const Deviations& deviations, std::size_t all) {
  const std::size_t wrong = deviations.missing.size() + deviations.others.size();
  const std::string count = std::to_string(all - wrong) + " of " + std::to_string(all);
  if (wrong == 0) return environment("packages", Verdict::good, count + " as pinned");
  if (is_small_on_purpose(facts, deviations)) {
    return environment("packages", Verdict::warning,
                       count +
                           " as pinned: an environment without the data stack (numpy, pandas, "
                           "matplotlib and what they need)",
                       kMakeOneIfNeeded);
  }
  // If the agent fails, its line has the cure.
  return environment("packages", Verdict::warning, count + " as pinned",
                     facts.agent_failure.empty() ? kMakeOne : "");
}

/// A line that sums up, one that names what is missing unless that is the data stack, and one for
/// each package of another version.
void check_packages(const EnvironmentFacts& facts, const PackageList& expected, Checks& checks) {
  Deviations deviations = deviations_of(facts, expected);
  checks.push_back(sum_of(facts, deviations, expected.packages.size()));
  if (!deviations.missing.empty() && !is_small_on_purpose(facts, deviations)) {
    checks.push_back(
        environment("missing", Verdict::warning, boost::algorithm::join(deviations.missing, ", ")));
  }
  std::move(deviations.others.begin(), deviations.others.end(), std::back_inserter(checks));
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

std::optional<std::string> ask_python(const std::filesystem::path& python,
                                      const std::filesystem::path& probe,
                                      std::chrono::milliseconds timeout) {
  // -I: nothing of the user's own directories and variables, which a session does not have either.
  ChildProcess process({python.string(), "-I", probe.string()});
  return process.read_all(timeout);
}

Checks check_missing_python(const std::string& why) {
  return {environment("python", Verdict::bad, why, kMakeOne)};
}

Checks check_unresponsive_python(const std::string& python, std::chrono::seconds timeout) {
  return {
      environment("python", Verdict::bad,
                  python + " did not report its packages within " +
                      std::to_string(timeout.count()) + " seconds",
                  "see whether `" + python + " -I -c 'import IPython'` ends; or " + kNameAnother)};
}

std::optional<EnvironmentFacts> read_facts(std::string_view printed) {
  const std::string line = last_line_of(std::string(printed));
  const json facts = parse_json(line);
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
  if (facts->packages.contains("matplotlib")) checks.push_back(check_fonts(facts->has_font_cache));
  return checks;
}

}  // namespace dynsessions::doctor
