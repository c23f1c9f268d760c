#include "emulator/test_double/snapshots/redactor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "emulator/pools/pool_definition.h"
#include "emulator/test_double/journal/journal_entry.h"

namespace dynsessions::test_double {
namespace {

using Json = nlohmann::ordered_json;

/// An identifier of fewer characters is part of many words.
constexpr std::size_t kShortestInText = 4;

std::string named(std::map<std::string, std::string>& names, const std::string& name,
                  const std::string& kind) {
  if (name.empty()) return name;
  const auto known = names.find(name);
  if (known != names.end()) return known->second;
  return names.emplace(name, kind + std::to_string(names.size() + 1)).first->second;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string Redactor::identifier(const std::string& identifier) {
  if (redaction_ == Redaction::none) return identifier;
  return named(identifiers_, identifier, "session-");
}

Json Redactor::pool(Json definition) const {
  if (redaction_ == Redaction::none) return definition;
  const pools::PoolName plain;
  definition["subscription"] = plain.subscription;
  definition["resourceGroup"] = plain.resource_group;
  return definition;
}

Json Redactor::faults(Json rules) {
  if (redaction_ == Redaction::none) return rules;
  for (Json& rule : rules) {
    if (!rule.contains("match") || !rule["match"].contains("identifier")) continue;
    Json& glob = rule["match"]["identifier"];
    const auto known = identifiers_.find(glob.get<std::string>());
    if (known != identifiers_.end()) glob = known->second;
  }
  return rules;
}

std::string Redactor::without_identifiers(std::string text) const {
  // The longest first: one can be the beginning of another.
  std::vector<std::pair<std::string, std::string>> names(identifiers_.begin(), identifiers_.end());
  std::stable_sort(names.begin(), names.end(), [](const auto& left, const auto& right) {
    return left.first.size() > right.first.size();
  });
  for (const auto& [identifier, name] : names) {
    if (identifier.size() >= kShortestInText) replace_all(text, identifier, name);
  }
  return text;
}

void Redactor::redact(Json& entry) {
  entry["identifier"] = identifier(entry["identifier"].get<std::string>());
  entry["principal"] = named(principals_, entry["principal"].get<std::string>(), "principal-");
  entry["client"] = "";
  for (const char* name : {"path", "reason", "code", "stdout", "stderr", "result"}) {
    if (entry.contains(name) && entry[name].is_string()) {
      entry[name] = without_identifiers(entry[name].get<std::string>());
    }
  }
  // The path of a pool has the names of its subscription and group.
  std::string path = entry["path"].get<std::string>();
  const std::size_t begin = path.find("/sessionPools/");
  if (path.starts_with("/subscriptions/") && begin != path.npos) {
    const pools::PoolName plain;
    path.replace(
        0, begin,
        "/subscriptions/" + plain.subscription + "/resourceGroups/" + plain.resource_group);
    entry["path"] = path;
  }
  if (keeps_contents()) return;
  for (const char* name : {"code", "stdout", "stderr", "result"}) entry.erase(name);
}

std::string Redactor::journal(const std::vector<Journal::EntryPointer>& entries) {
  if (redaction_ != Redaction::none) {
    for (const auto& entry : entries) (void)identifier(entry->identifier);
  }
  std::string text;
  for (const auto& entry : entries) {
    Json json = to_json(*entry);
    if (redaction_ != Redaction::none) redact(json);
    text += json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  }
  return text;
}

std::optional<Redaction> parse_redaction(std::string_view word) {
  for (const Redaction one : {Redaction::none, Redaction::identifiers, Redaction::contents}) {
    if (name_of(one) == word) return one;
  }
  return std::nullopt;
}

std::string_view name_of(Redaction redaction) {
  switch (redaction) {
    case Redaction::none:
      return "none";
    case Redaction::identifiers:
      return "identifiers";
    case Redaction::contents:
      return "contents";
  }
  return "";
}

}  // namespace dynsessions::test_double
