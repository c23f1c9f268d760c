#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/conformance/run/budget.h"

namespace dynsessions::conformance {

/// What `dynsessions conform` was asked to do.
struct ConformOptions {
  std::string endpoint;       ///< empty: the emulator itself, started for this
  std::string token_command;  ///< prints a token; empty: a made-up one
  std::string cases;          ///< directory of cases; empty: those beside the program
  std::string filter;         ///< glob over ids; empty: all
  std::string junit;          ///< where each report goes; empty: nowhere
  std::string json;
  std::string markdown;
  std::string html;
  std::string checkpoint;  ///< file to go on from; empty: none
  std::string deviations;  ///< write DEVIATIONS.md there and run nothing
  bool counts = false;     ///< print how many cases rest on what and run nothing
  bool plan = false;       ///< print what would be done and do nothing
  bool yes = false;        ///< the plan for somebody's real pool is agreed to
  bool help = false;
  Budget budget;
};

/// A flag that does not exist or has no such value.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the arguments behind `conform`. Throws UsageError.
[[nodiscard]] ConformOptions parse_options(std::vector<std::string> arguments);

}  // namespace dynsessions::conformance
