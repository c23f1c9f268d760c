#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "emulator/surfaces/data_plane/executions/execute_wire.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane::executions {

inline const std::string kPython = "POST /python/execute";
inline const std::string kWrapped = "POST /code/execute?api-version=2024-02-02-preview";
inline const std::string kFlat = "POST /executions?api-version=2024-10-02-preview";
inline const std::string kNewest = "POST /executions?api-version=2025-10-02-preview";

/// An accepted body and the call that it contains.
struct Accepted {
  std::string what;
  std::string line;
  std::string body;
  std::string code;
  std::chrono::seconds timeout{120};
  std::string execution_type = "Synchronous";
  std::optional<std::string> identifier = {};
};
void check_accepted(const Accepted& row, const VersionTable& versions = default_versions());

struct Refused {
  std::string what;
  std::string line;
  std::string body;
  ErrorCode code;
  std::string target = {};
};
void check_refused(const Refused& row, const VersionTable& versions = default_versions());

}  // namespace dynsessions::surfaces::data_plane::executions
