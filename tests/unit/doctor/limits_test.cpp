#include "emulator/doctor/limits.h"

#include "tests/support/catch.h"

namespace dynsessions::doctor::test {

using sandbox::LimitKind;
using sandbox::LimitMeans;
using sandbox::LimitReport;

TEST_CASE("limits that are hard need no cure", "[doctor][limits]") {
  const LimitReport report{{LimitKind::hard, LimitMeans::cgroup_v2},
                           {LimitKind::hard, LimitMeans::cgroup_v2},
                           {LimitKind::hard, LimitMeans::cgroup_v1},
                           {LimitKind::hard, LimitMeans::file_system},
                           {LimitKind::hard, LimitMeans::separate_user}};
  for (const Check& check : check_limits(report, "")) {
    INFO(check.name);
    CHECK(check.section == "limits");
    CHECK(check.verdict == Verdict::good);
    CHECK(check.cure.empty());
    CHECK_THAT(check.finding, Catch::StartsWith("hard, by "));
  }
}

TEST_CASE(
    "a limit that is soft or absent is a warning, with what was in the way and its cure said once",
    "[doctor][limits]") {
  const LimitReport report{{LimitKind::soft, LimitMeans::watching},
                           {LimitKind::hard, LimitMeans::resource_limit},
                           {LimitKind::absent, LimitMeans::nothing},
                           {LimitKind::absent, LimitMeans::nothing},
                           {LimitKind::soft, LimitMeans::shared_user}};
  const Checks checks = check_limits(report, "cgroup memory: Permission denied");
  CHECK(checks.at(0).finding ==
        "soft, by RLIMIT_DATA and watching; for a moment a session can have more "
        "(cgroup memory: Permission denied)");
  CHECK(checks.at(1).verdict == Verdict::good);
  CHECK(checks.at(2).finding == "absent; a session can take all of it");
  CHECK(checks.at(3).verdict == Verdict::warning);
  CHECK_THAT(checks.at(3).cure, Catch::Contains("--sandbox full"));
  CHECK_THAT(checks.at(4).finding, Catch::StartsWith("soft, by limits of each session; several"));
  CHECK_THAT(checks.at(4).cure, Catch::Contains("run the server as root"));
  CHECK(checks.at(0).verdict == Verdict::warning);
  CHECK(checks.at(2).verdict == Verdict::warning);
  CHECK_THAT(checks.at(0).cure, Catch::Contains("Delegate=yes"));
  CHECK(checks.at(2).cure.empty());  // the same cure is printed once
}

TEST_CASE("a root server learns which capabilities it lacks for kernel objects per session",
          "[doctor][limits]") {
  const LimitReport report{{LimitKind::hard, LimitMeans::cgroup_v1},
                           {LimitKind::hard, LimitMeans::cgroup_v1},
                           {LimitKind::hard, LimitMeans::cgroup_v1},
                           {LimitKind::hard, LimitMeans::file_system},
                           {LimitKind::soft, LimitMeans::shared_user}};
  Check check = check_limits(report, "", {"CAP_SYS_PTRACE, CAP_KILL", true}).at(4);
  CHECK(check.verdict == Verdict::warning);
  CHECK(check.cure == "give the server CAP_SYS_PTRACE, CAP_KILL; in a container, with --cap-add");
  CHECK_THAT(check.finding, !Catch::Contains("pipe pages"));
  check = check_limits(report, "", {"CAP_KILL", false}).at(4);
  CHECK_THAT(check.finding, Catch::Contains("pipe pages"));
}

TEST_CASE("doctor reports that cgroups were switched off by an option", "[doctor][limits]") {
  const LimitReport report{{LimitKind::soft, LimitMeans::watching},
                           {LimitKind::soft, LimitMeans::resource_limit},
                           {LimitKind::absent, LimitMeans::nothing},
                           {LimitKind::hard, LimitMeans::file_system},
                           {LimitKind::soft, LimitMeans::shared_user}};
  const Checks checks = check_limits(report, "");
  CHECK(checks.at(0).cure == "start without --control-groups off");
  CHECK(checks.at(1).cure.empty());
  CHECK(checks.at(2).cure.empty());
}

}  // namespace dynsessions::doctor::test
