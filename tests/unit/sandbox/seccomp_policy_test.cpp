#include "sandbox/kernel/seccomp/seccomp_policy.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

#include <linux/seccomp.h>

#include "tests/support/catch.h"
#include "tests/unit/sandbox/seccomp_dump.h"
#include "tests/unit/sandbox/watched_calls.h"

namespace dynsessions::sandbox::test {
namespace {

/// Returns whether some arguments make the filter allow the call.
bool may_be_allowed(const Policy& policy, const char* name) {
  const BpfProgram& filter = policy.filter;
  const int number = ::seccomp_syscall_resolve_name(name);
  INFO(name);
  REQUIRE(number != __NR_SCMP_ERROR);  // misspelt
  for (unsigned argument = 0; argument < Arguments().size(); ++argument) {
    for (const std::uint64_t value : telling_values(policy, name, argument)) {
      Arguments arguments{};
      arguments.at(argument) = value;
      if (native_answer(filter, number, arguments) == SECCOMP_RET_ALLOW) return true;
      arguments.fill(value);
      if (native_answer(filter, number, arguments) == SECCOMP_RET_ALLOW) return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("the filters answer as seccomp_policy.txt says", "[seccomp]") {
  std::ifstream file(SECCOMP_POLICY_TEXT);
  const std::string agreed(std::istreambuf_iterator<char>(file), {});
  CHECK(dump_filters() == agreed);  // build/release/seccomp_dump prints the new text
}

TEST_CASE("calls that must never be allowed are refused, whatever their arguments", "[seccomp]") {
  const Policy policy = policy_of(GENERATE(Tier::full, Tier::restricted));
  for (const char* name : kNever) {
    INFO(name);
    CHECK_FALSE(may_be_allowed(policy, name));
  }
}

TEST_CASE("each watched call that is allowed has its reason", "[seccomp]") {
  const Policy policy = policy_of(Tier::full);
  for (const auto& [name, reason] : kAllowedForAReason) {
    INFO(name);
    CHECK(may_be_allowed(policy, name));
    CHECK(std::string(reason).size() > 15);
  }
}

TEST_CASE("odd high bits make no permission of a refusal", "[seccomp]") {
  const Policy policy = policy_of(GENERATE(Tier::full, Tier::restricted));
  for (const ArgumentRule& rule : policy.rules) {
    const int number = ::seccomp_syscall_resolve_name(rule.name);
    const unsigned argument = rule.first.arg;
    for (const std::uint64_t value : telling_values(policy, rule.name, argument)) {
      Arguments plain{};
      plain.at(argument) = value & 0xffff'ffffU;  // only the bits that the kernel uses
      Arguments odd{};
      odd.at(argument) = value | std::uint64_t{1} << 40;
      if (native_answer(policy.filter, number, odd) != SECCOMP_RET_ALLOW) continue;
      INFO(rule.name << " " << value);
      REQUIRE(native_answer(policy.filter, number, plain) == SECCOMP_RET_ALLOW);
    }
  }
}

}  // namespace dynsessions::sandbox::test
