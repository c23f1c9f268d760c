#pragma once

#include <map>
#include <string>
#include <vector>

namespace dynsessions::conformance {

struct Case;

/// Options of `dynsessions serve` that a case needs, by their long names: {"max-sessions", "2"}.
/// Only a server that is started for the run can be given them; a pool cannot.
using Needs = std::map<std::string, std::string>;

/// As they stand on a command line: "--auth=claims --max-sessions=2".
[[nodiscard]] std::string describe(const Needs& needs);

/// Cases that one server can serve.
struct ServerGroup {
  Needs needs;
  std::vector<Case> cases;
};

/// Cases by what they need: those that need nothing first, the others as they come.
[[nodiscard]] std::vector<ServerGroup> grouped(std::vector<Case> cases);

}  // namespace dynsessions::conformance
