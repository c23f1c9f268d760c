#include "tests/sandbox/verdicts.h"

#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"

namespace dynsessions::sandbox::test {

nlohmann::json verdict(const LaunchSpec& spec, const std::string& program,
                       const nlohmann::json& arguments) {
  LauncherHarness launcher(spec);
  create(launcher);
  return nlohmann::json::parse(run_program(start(launcher), program, arguments.dump()));
}

void check_verdicts(const LaunchSpec& spec, std::span<const VerdictCase> cases) {
  for (const auto& [what, program, expected] : cases) {
    DYNAMIC_SECTION(what) { CHECK(verdict(spec, program) == nlohmann::json::parse(expected)); }
  }
}

}  // namespace dynsessions::sandbox::test
