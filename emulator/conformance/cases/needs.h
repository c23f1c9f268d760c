#pragma once

#include <map>
#include <string>
#include <vector>

namespace dynsessions::conformance {

struct Case;
enum class Plane;

/// Options of `dynsessions serve` that a case needs, by their long names: {"max-sessions", "2"}.
/// Only a server that is started for the run can have them; a real pool cannot.
using Needs = std::map<std::string, std::string>;

/// Formats the options for a command line: "--auth=claims --max-sessions=2".
[[nodiscard]] std::string describe(const Needs& needs);

/// Cases that one server can serve.
struct ServerGroup {
  Plane plane{};
  Needs needs;
  std::vector<Case> cases;
};

/// Groups cases by the options they need: cases of the data plane without needs first, the others
/// in their order.
[[nodiscard]] std::vector<ServerGroup> grouped(std::vector<Case> cases);

}  // namespace dynsessions::conformance
