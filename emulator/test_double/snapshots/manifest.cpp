#include "emulator/test_double/snapshots/manifest.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "emulator/base/shallow_json.h"
#include "emulator/test_double/json_members.h"

namespace dynsessions::test_double {
namespace {

using execution::Kernel;
using nlohmann::json;

constexpr std::string_view kFormat = "dynsessions-snapshot";
constexpr std::array kKernels{Kernel::synchronous, Kernel::asynchronous, Kernel::empty};
constexpr std::size_t kLongestFileName = 4096;

std::map<Kernel, std::string> parse_variables(JsonMembers& members) {
  std::map<Kernel, std::string> files;
  const json* const value = members.find("variables");
  if (value == nullptr) return files;
  JsonMembers object(*value, members.path_of("variables"));
  for (const Kernel kernel : kKernels) {
    const std::string name(name_of(kernel));
    if (auto path = object.text(name.c_str(), kLongestFileName))
      files.emplace(kernel, *std::move(path));
  }
  if (const Result<void> good = object.finish(); !good) members.fail(good.error());
  return files;
}

Result<SnapshotSession> parse_session(const json& object, std::size_t pool,
                                      const std::string& path) {
  JsonMembers members(object, path);
  auto identifier =
      SessionIdentifier::parse(members.text("identifier").value_or(""), IdentifierRule::one_to_256);
  if (!identifier) members.fail("identifier", identifier.error().message);
  std::string files = members.text("files", kLongestFileName).value_or("");
  while (files.ends_with('/')) files.pop_back();
  auto variables = parse_variables(members);
  const json* const values = members.find("values");
  if (values != nullptr && !values->is_object()) members.fail("values", "expected an object");
  if (const Result<void> good = members.finish(); !good) return good.error();
  return SnapshotSession{pool,
                         path,
                         *std::move(identifier),
                         std::move(files),
                         std::move(variables),
                         values == nullptr ? json() : *values};
}

std::optional<json> copy_of(const json* value) {
  return value == nullptr ? std::optional<json>() : std::optional<json>(*value);
}

/// Adds a pool and its sessions. `members` are the members of the pool; some have already been
/// read.
Result<void> add_pool(Manifest& manifest, JsonMembers& members, const std::string& path) {
  SnapshotPool pool;
  pool.field = path;
  pool.definition = copy_of(members.find("pool"));
  pool.faults = copy_of(members.find("faults"));
  pool.script = copy_of(members.find("script"));
  if (const json* const omitted = members.find("omitted")) pool.omitted = *omitted;
  const json* const sessions = members.find("sessions");
  const bool has_list = sessions != nullptr && sessions->is_array();
  if (!has_list && sessions != nullptr) members.fail("sessions", "expected a list of sessions");
  // Reports an unknown member first, because it is often a misspelt form of the missing one.
  if (const Result<void> good = members.finish(); !good) return good.error();
  if (!has_list) {
    const std::string field = field_below(path, "sessions");
    return invalid_request(field + ": expected a list of sessions", field);
  }
  for (std::size_t i = 0; i < sessions->size(); ++i) {
    auto session = parse_session((*sessions)[i], manifest.pools.size(),
                                 field_below(path, fmt::format("sessions[{}]", i)));
    if (!session) return session.error();
    manifest.sessions.push_back(*std::move(session));
  }
  manifest.pools.push_back(std::move(pool));
  return {};
}

Result<void> add_all_pools(Manifest& manifest, JsonMembers& members, const json& pools) {
  manifest.is_of_all = true;
  manifest.faults = copy_of(members.find("faults"));
  manifest.script = copy_of(members.find("script"));
  if (!pools.is_array()) members.fail("pools", "expected a list of pools");
  if (const Result<void> good = members.finish(); !good) return good.error();
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const std::string path = fmt::format("pools[{}]", i);
    JsonMembers of_pool(pools[i], path);
    if (const Result<void> added = add_pool(manifest, of_pool, path); !added) return added.error();
  }
  return {};
}

/// Reads format and version first: another version has other members.
Result<void> check_version(const json& object) {
  const json* const format = object.contains("format") ? &object["format"] : nullptr;
  if (format == nullptr || *format != kFormat) {
    return invalid_request(fmt::format("format: expected \"{}\"", kFormat), "format");
  }
  if (!object.contains("version") || object["version"] != kSnapshotVersion) {
    return invalid_request(
        fmt::format("version: this server reads snapshots of version {} only", kSnapshotVersion),
        "version", "take the snapshot with this version of dynsessions");
  }
  return {};
}

/// Checks that no two sessions share files, and no two sessions of a pool an identifier.
Result<void> check_distinct(const std::vector<SnapshotSession>& sessions) {
  std::set<std::pair<std::size_t, std::string>> identifiers;
  for (const SnapshotSession& session : sessions) {
    if (!identifiers.emplace(session.pool, session.identifier.text()).second) {
      const std::string field = field_below(session.field, "identifier");
      return invalid_request(field + ": another session has it", field);
    }
    if (session.files.empty()) continue;
    const bool overlaps =
        std::any_of(sessions.begin(), sessions.end(), [&session](const SnapshotSession& other) {
          return &other != &session && is_within(session.files, other.files);
        });
    if (overlaps) {
      const std::string field = field_below(session.field, "files");
      return invalid_request(field + ": another session has this directory", field);
    }
  }
  return {};
}

}  // namespace

std::string field_below(const std::string& field, std::string_view member) {
  return field.empty() ? std::string(member) : fmt::format("{}.{}", field, member);
}

bool is_within(std::string_view path, std::string_view directory) {
  if (directory.empty() || !path.starts_with(directory)) return false;
  return path.size() == directory.size() || path[directory.size()] == '/';
}

Result<Manifest> parse_manifest(std::string_view text) {
  const json object = parse_shallow_json(text);
  if (!object.is_object()) {
    return invalid_request("manifest.json: expected a JSON object", kManifestPath);
  }
  if (const Result<void> good = check_version(object); !good) return good.error();
  JsonMembers members(object, "");
  for (const char* name : {"format", "version", "createdBy", "redacted"}) (void)members.find(name);
  Manifest manifest;
  const json* const pools = members.find("pools");
  const Result<void> added =
      pools == nullptr ? add_pool(manifest, members, "") : add_all_pools(manifest, members, *pools);
  if (!added) return added.error();
  if (const Result<void> good = check_distinct(manifest.sessions); !good) return good.error();
  return manifest;
}

}  // namespace dynsessions::test_double
