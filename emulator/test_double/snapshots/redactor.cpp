#include "emulator/test_double/snapshots/redactor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "emulator/base/json_text.h"
#include "emulator/http/text.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/test_double/journal/journal_entry.h"

namespace dynsessions::test_double {
namespace {

using Json = nlohmann::ordered_json;

/// Shorter identifiers are not replaced in texts, because they are part of many words.
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

void Redactor::learn(const std::vector<Journal::EntryPointer>& entries) {
  if (redaction_ == Redaction::none) return;
  for (const auto& entry : entries) (void)identifier(entry->identifier);
}

std::string Redactor::group(const std::string& subscription, const std::string& group) {
  const std::string key = subscription + '/' + group;
  const bool is_first = groups_.empty() || groups_.contains(key);
  std::string name =
      is_first ? pools::PoolName().resource_group : "group-" + std::to_string(groups_.size() + 1);
  return groups_.emplace(key, std::move(name)).first->second;
}

Json Redactor::pool(Json definition) {
  if (redaction_ == Redaction::none) return definition;
  definition["resourceGroup"] = group(definition["subscription"].get<std::string>(),
                                      definition["resourceGroup"].get<std::string>());
  definition["subscription"] = pools::PoolName().subscription;
  return definition;
}

Json Redactor::fault(Json rule) const {
  if (redaction_ == Redaction::none) return rule;
  const Json match = rule.value("match", Json::object());
  const Json effect = rule.value("effect", Json::object());
  const bool has_contents = match.contains("body") || match.contains("header") ||
                            effect.contains("message") || effect.contains("headers") ||
                            effect.contains("lose-file");
  if (!keeps_contents() && has_contents && !rule.contains("preset")) return nullptr;
  if (match.contains("identifier")) {
    // Replaced even if it is too short to be searched for in texts.
    Json& glob = rule["match"]["identifier"];
    const auto known = identifiers_.find(glob.get<std::string>());
    if (known != identifiers_.end()) glob = known->second;
  }
  for (const char* part : {"match", "effect"}) {
    if (rule.contains(part)) remove_identifiers(rule[part]);
  }
  return rule;
}

std::string Redactor::without_identifiers(std::string text) const {
  // The longest first, because one identifier can be the beginning of another.
  std::vector<std::pair<std::string, std::string>> names(identifiers_.begin(), identifiers_.end());
  std::stable_sort(names.begin(), names.end(), [](const auto& left, const auto& right) {
    return left.first.size() > right.first.size();
  });
  for (const auto& [identifier, name] : names) {
    if (identifier.size() >= kShortestInText) replace_all(text, identifier, name);
  }
  return text;
}

void Redactor::remove_identifiers(Json& json) const {
  if (json.is_string()) {
    json = without_identifiers(json.get<std::string>());
  } else if (json.is_structured()) {
    for (Json& one : json) remove_identifiers(one);
  }
}

std::string Redactor::path(const std::string& path, bool is_of_identity) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin + 1), path.size());
    parts.push_back(path.substr(begin + 1, end - begin - 1));
    begin = end;
  }
  if (is_of_identity && parts.size() > 2 && parts[0] != "metadata") parts[0] = "tenant";
  if (parts.size() > 1 && http::iequals(parts[0], "subscriptions")) {
    const std::string subscription = std::exchange(parts[1], pools::PoolName().subscription);
    const bool has_group = parts.size() > 3 && http::iequals(parts[2], "resourceGroups");
    if (has_group) parts[3] = group(subscription, parts[3]);
  }
  std::string text;
  for (const std::string& part : parts) text.append("/").append(part);
  return text;
}

void Redactor::redact(Json& entry) {
  entry["identifier"] = identifier(entry["identifier"].get<std::string>());
  entry["principal"] = named(principals_, entry["principal"].get<std::string>(), "principal-");
  entry["client"] = "";
  for (const char* name :
       {"path", "reason", "warning", "code", "stdout", "stderr", "result", "displays"}) {
    if (entry.contains(name)) remove_identifiers(entry[name]);
  }
  entry["path"] = path(entry["path"].get<std::string>(), entry["surface"] == "identity");
  if (keeps_contents()) return;
  for (const char* name : {"warning", "code", "stdout", "stderr", "result", "displays"}) {
    entry.erase(name);
  }
}

std::string Redactor::journal(const std::vector<Journal::EntryPointer>& entries) {
  learn(entries);
  std::string text;
  for (const auto& entry : entries) {
    Json json = to_json(*entry);
    if (redaction_ != Redaction::none) redact(json);
    text += dumped(json) + '\n';
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
