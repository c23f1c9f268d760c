#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/conformance/run/budget.h"

namespace dynsessions::conformance {

/// The options of `dynsessions conform`.
struct ConformOptions {
  /// URL of a pool. If this and `arm` are empty, the run starts the emulator.
  std::string endpoint;
  std::string arm;  ///< address of an Azure Resource Manager instead of a pool
  std::string subscription = "00000000-0000-0000-0000-000000000000";  ///< subscription at `arm`
  std::string token_command;  ///< command that prints a token; empty: an invented token
  std::string cases;          ///< directory of cases; empty: the one next to the program
  std::string filter;         ///< glob over ids; empty: all
  std::string junit;          ///< file of the report; empty: none
  std::string json;
  std::string markdown;
  std::string html;
  std::string checkpoint;  ///< file to continue from; empty: none
  std::string deviations;  ///< write DEVIATIONS.md to this file and run no case; empty: run cases
  bool counts = false;     ///< print how many cases rest on which evidence; run none
  bool list = false;       ///< print the cases; run none
  bool plan = false;       ///< print the plan; run no case
  bool yes = false;        ///< the plan for a real pool is confirmed
  bool help = false;
  Budget budget;

  /// The address of a real service; empty if the target is the emulator.
  [[nodiscard]] const std::string& foreign_url() const { return arm.empty() ? endpoint : arm; }
  /// The subscription at `arm`; empty if there is none.
  [[nodiscard]] std::string foreign_subscription() const { return arm.empty() ? "" : subscription; }
};

/// An unknown option, or a value that an option does not accept.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the arguments that follow `conform`. Throws UsageError.
[[nodiscard]] ConformOptions parse_options(std::vector<std::string> arguments);

}  // namespace dynsessions::conformance
