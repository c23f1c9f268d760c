#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/base/child_process.h"
#include "emulator/conformance/cases/needs.h"

namespace dynsessions::conformance {

/// The address of the server that a run tests.
struct TargetAddress {
  std::string url;
  std::string authority;     ///< file of the trusted authorities; empty: those of the machine
  std::string subscription;  ///< empty for a data plane
};

/// The emulator on free ports, with the options that cases need; the destructor ends it.
class OwnEmulator {
 public:
  /// Throws Unreachable, with the server's messages, if it does not start.
  OwnEmulator(Plane plane, const Needs& needs);
  OwnEmulator(const OwnEmulator&) = delete;
  OwnEmulator& operator=(const OwnEmulator&) = delete;
  /// Copies the server's log to stderr, without its banner.
  ~OwnEmulator();

  [[nodiscard]] const TargetAddress& address() const { return address_; }

 private:
  ChildProcess process_;
  TargetAddress address_;
};

/// The directory of this program, which also contains `dynsessions` and the cases.
[[nodiscard]] std::filesystem::path program_directory();

/// Returns the output of `dynsessions token` with these arguments. Throws Unreachable if the
/// command fails.
[[nodiscard]] std::string make_test_token(const std::vector<std::string>& arguments);

}  // namespace dynsessions::conformance
