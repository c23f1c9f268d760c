#include "emulator/app/tier_choice.h"

#include "tests/support/catch.h"

namespace dynsessions::test {

TEST_CASE("the cure is that of the step that failed", "[app]") {
  struct Row {
    const char* step;
    const char* cure;
  };
  const auto [step, cure] = GENERATE(values<Row>({
      {"unshare", "namespaces"},
      {"mount /proc of the launcher", "unmask=ALL"},
      {"clone", "namespaces"},
      {"mount proc", "namespaces"},
      {"open tree /home/u/python", "--python"},
      {"execute /opt/python/bin/python3", "--python"},
      {"bind target /tmp/x: it would be hidden", "/mnt/data"},
      {"verify alive", "--python"},
      {"verify control groups", "--control-groups off"},
      {"verify CapBnd", "container"},
      {"limits open files", "ulimit"},
      {"seccomp", "CONFIG_SECCOMP_FILTER"},
      {"mount tmpfs mnt/data", "--data-quota-mb"},
      {"egress: tun device /dev/net/tun", "modprobe tun"},
      {"egress: slirp4netns failed", "EgressDisabled"},
      {"hostname", "container"},
      {"landlock: none here", "CONFIG_SECURITY_LANDLOCK"},
      {"landlock: ABI 6 needed, there is 4", "6.12"},
      {"landlock: /home/u/python", "--python"},
      {"landlock of the keeper", "lsm="},
      {"session directory", "TMPDIR"},
  }));
  DYNAMIC_SECTION(step) {
    Error error;
    error.message = std::string("The sandbox could not be set up: ") + step + ": Not permitted";
    CHECK_THAT(cure_of(error), Catch::Contains(cure));
  }
}

TEST_CASE("a failure without a step has the cure that it came with", "[app]") {
  Error error;
  error.message = "The sandbox launcher has ended.";
  error.reason = "restart it";
  CHECK(cure_of(error) == "restart it");
}

TEST_CASE("the choice says what is used and why it is not better", "[app]") {
  TierChoice choice{sandbox::Tier::full, {}};
  CHECK_THAT(description_of(choice), Catch::StartsWith("full: ") && !Catch::Contains("Cure"));
  CHECK(warning_of(choice).empty());
  Error error;
  error.message = "The sandbox could not be set up: unshare: Not permitted";
  choice = {sandbox::Tier::restricted, {{sandbox::Tier::full, error}}};
  CHECK_THAT(description_of(choice), Catch::StartsWith("restricted: "));
  CHECK_THAT(description_of(choice), Catch::Contains("tier full: The sandbox could not be set up: "
                                                     "unshare: Not permitted Cure: allow"));
  CHECK(warning_of(choice).empty());
  choice = {sandbox::Tier::insecure, {}};
  CHECK_THAT(warning_of(choice), Catch::Contains("not isolated"));
}

}  // namespace dynsessions::test
