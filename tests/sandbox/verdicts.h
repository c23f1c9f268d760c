#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/launcher_harness.h"

/// The kernel's answers to the programs of `programs/`, in any tier.
namespace dynsessions::sandbox::test {

struct VerdictCase {
  const char* what;
  const char* program;
  const char* expected;  ///< JSON
};

/// Returns the answer of a program in a new sandbox. A step that fails fails the test.
nlohmann::json verdict(const LaunchSpec& spec, const std::string& program,
                       const nlohmann::json& arguments = nlohmann::json::object());

/// Runs a section for each case, in a new sandbox each.
void check_verdicts(const LaunchSpec& spec, std::span<const VerdictCase> cases);

/// Answers that are the same in the full and the restricted tier.
inline constexpr VerdictCase kAlikeInAllTiers[] = {
    {"mounts and namespaces cannot be changed", "change_mounts",
     R"({"mount":"EPERM","umount2":"EPERM","pivot_root":"EPERM","chroot":"EPERM",
         "unshare":"EPERM","setns":"EPERM","open_tree":"EPERM","move_mount":"EPERM",
         "fsopen":"EPERM","mount_setattr":"EPERM"})"},
    {"no user namespace can be made", "make_user_namespace",
     R"({"fork":7,"unshare":"EPERM","clone":"EPERM","clone with high bits":"EPERM",
         "clone3":"ENOSYS"})"},
    {"dangerous calls are refused and unknown ones do not exist", "unknown_calls",
     R"({"refused":["EPERM"],"beyond":["ENOSYS"],"getpid":"allowed"})"},
    {"another system call interface ends the process", "other_abi",
     R"({"machine code":0,"i386":-31,"x32":-31})"},
    {"typing into a terminal is refused, odd high bits or not", "terminal_input",
     R"({"TIOCSTI":"EPERM","TIOCSTI with high bits":"EPERM","TIOCLINUX":"EPERM",
         "TCGETS":"ENOTTY"})"},
};

}  // namespace dynsessions::sandbox::test
