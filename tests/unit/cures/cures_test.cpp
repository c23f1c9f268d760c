#include "emulator/cures/cures.h"

#include "tests/support/catch.h"

namespace dynsessions::test {

TEST_CASE("the cure is that of the step that failed", "[cures]") {
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
      {"verify cgroups", "--control-groups off"},
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
      {"landlock of the supervisor", "lsm="},
      {"session directory", "TMPDIR"},
      {"zygote: exit code 3", "--no-zygote"},
      {"interpreter start", "--python"},
      {"launcher reply", "kill -CONT"},
  }));
  DYNAMIC_SECTION(step) {
    Error error;
    error.step = step;
    CHECK_THAT(cure_of(error), Catch::Contains(cure));
  }
}

TEST_CASE("a failure without a step has the cure that it came with", "[cures]") {
  Error error;
  error.message = "The sandbox launcher has ended.";
  error.reason = "restart it";
  CHECK(cure_of(error) == "restart it");
}

TEST_CASE("the reason of a step that fails in single sessions ends with its cure", "[cures]") {
  Error error;
  error.reason = "step `zygote: exit code 3` failed on this machine";
  error.step = "zygote: exit code 3";
  CHECK(reason_of(error) == "step `zygote: exit code 3` failed on this machine; see --no-zygote");
  error.reason.clear();
  error.step = "interpreter start";
  CHECK(reason_of(error) == "check the environment given by --python");
  error.step = "launcher reply";
  CHECK_THAT(reason_of(error), Catch::Contains("try again"));
}

TEST_CASE("a lack of descriptors has its cure, in answers too", "[cures]") {
  CHECK_THAT(cure_of(no_descriptors()), Catch::StartsWith("raise the limit of open files"));
  CHECK(reason_of(no_descriptors()) == cure_of(no_descriptors()));
}

TEST_CASE("every other error keeps its own reason", "[cures]") {
  Error error;
  CHECK(reason_of(error).empty());
  error.reason = "step `clone` failed on this machine";
  error.step = "clone";
  CHECK(reason_of(error) == "step `clone` failed on this machine");
}

TEST_CASE("an exceeded limit names the options that set it", "[cures]") {
  CHECK_THAT(std::string(reason_of(execution::SessionLimit::memory)),
             Catch::Contains("--memory-limit-mb"));
  CHECK_THAT(std::string(reason_of(execution::SessionLimit::files)),
             Catch::Contains("--data-quota-mb") && Catch::Contains("--max-files"));
}

}  // namespace dynsessions::test
