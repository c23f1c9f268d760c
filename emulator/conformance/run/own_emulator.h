#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/base/child_process.h"
#include "emulator/conformance/cases/needs.h"

namespace dynsessions::conformance {

/// The emulator on free ports, with the options that cases need; ends with the object.
class OwnEmulator {
 public:
  /// Throws Unreachable, with what it said, when it does not start.
  explicit OwnEmulator(const Needs& needs);
  OwnEmulator(const OwnEmulator&) = delete;
  OwnEmulator& operator=(const OwnEmulator&) = delete;
  /// Passes on to stderr what it logged, its greeting left out.
  ~OwnEmulator();

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  ChildProcess process_;
  std::string endpoint_;
};

/// The directory of this program, where `dynsessions` and the cases are as well.
[[nodiscard]] std::filesystem::path program_directory();

/// What `dynsessions token` prints for these arguments. Throws Unreachable when it does not.
[[nodiscard]] std::string make_test_token(const std::vector<std::string>& arguments);

}  // namespace dynsessions::conformance
