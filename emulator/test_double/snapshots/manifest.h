#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/identifiers.h"
#include "emulator/base/result.h"
#include "emulator/execution/execution.h"

/// `manifest.json` of a snapshot, which describes its other files. docs/snapshots.md is the manual
/// of the format.
namespace dynsessions::test_double {

inline constexpr const char* kManifestPath = "manifest.json";
inline constexpr const char* kJournalPath = "journal.ndjson";  ///< written for people; never read
inline constexpr std::size_t kLargestManifest = std::size_t{4} << 20;
inline constexpr int kSnapshotVersion = 1;

struct SnapshotSession {
  std::size_t pool = 0;  ///< index in Manifest::pools
  std::string field;     ///< that errors name: "pools[1].sessions[0]"
  SessionIdentifier identifier;
  std::string files;  ///< directory in the archive that becomes /mnt/data; empty: none
  /// File in the archive with the variables of a kernel, as its agent sent them.
  std::map<execution::Kernel, std::string> variables;
  nlohmann::json values;  ///< variables of the synchronous kernel as JSON; null: none
};

struct SnapshotPool {
  std::string field;                         ///< that errors name: "pools[1]"; empty: the manifest
  std::optional<nlohmann::json> definition;  ///< its members
  std::optional<nlohmann::json> faults;      ///< list of rules
  std::optional<nlohmann::json> script;
  nlohmann::json omitted = nlohmann::json::array();
};

struct Manifest {
  std::vector<SnapshotPool> pools;
  std::vector<SnapshotSession> sessions;  ///< sessions of all pools
  bool is_of_all = false;                 ///< it has a list of pools; otherwise there is one
  // Members of the server, if the snapshot is of all pools:
  std::optional<nlohmann::json> faults = {};
  std::optional<nlohmann::json> script = {};
};

/// "pools[1].sessions"; `field` can be empty.
[[nodiscard]] std::string field_below(const std::string& field, std::string_view member);

/// Errors name the field: "sessions[1].identifier".
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// Whether `path` is `directory` or below it.
[[nodiscard]] bool is_within(std::string_view path, std::string_view directory);

}  // namespace dynsessions::test_double
