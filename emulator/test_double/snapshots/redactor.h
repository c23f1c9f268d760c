#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/test_double/journal/journal.h"
#include "emulator/test_double/snapshots/take_snapshot.h"

namespace dynsessions::test_double {

/// Replaces what names people and tenants by names that stay the same within one snapshot:
/// "session-1", "principal-1".
class Redactor {
 public:
  explicit Redactor(Redaction redaction) : redaction_(redaction) {}

  [[nodiscard]] bool keeps_contents() const { return redaction_ != Redaction::contents; }

  [[nodiscard]] std::string identifier(const std::string& identifier);
  /// Learns the identifiers of requests, including those of sessions that have ended.
  void learn(const std::vector<Journal::EntryPointer>& entries);
  /// Redacts the members of a pool definition.
  [[nodiscard]] nlohmann::ordered_json pool(nlohmann::ordered_json definition);
  /// Redacts a rule by replacing known identifiers. Returns null if the rule must be left out
  /// because it quotes requests or answers.
  [[nodiscard]] nlohmann::ordered_json fault(nlohmann::ordered_json rule) const;
  /// Returns the redacted journal, a line of JSON per request.
  [[nodiscard]] std::string journal(const std::vector<Journal::EntryPointer>& entries);

 private:
  void redact(nlohmann::ordered_json& entry);
  /// The text with every identifier that is known so far replaced.
  [[nodiscard]] std::string without_identifiers(std::string text) const;
  /// Replaces known identifiers in every text in the value.
  void remove_identifiers(nlohmann::ordered_json& json) const;
  /// The replacement for a resource group. Different groups get different names, so that the paths
  /// of pools stay different.
  [[nodiscard]] std::string group(const std::string& subscription, const std::string& group);
  /// The path of a request without the names of subscriptions, groups and tenants.
  [[nodiscard]] std::string path(const std::string& path, bool is_of_identity);

  const Redaction redaction_;
  std::map<std::string, std::string> identifiers_;
  std::map<std::string, std::string> principals_;
  std::map<std::string, std::string> groups_;
};

/// "none", "identifiers" or "contents"; nullopt for other words.
[[nodiscard]] std::optional<Redaction> parse_redaction(std::string_view word);
[[nodiscard]] std::string_view name_of(Redaction redaction);

}  // namespace dynsessions::test_double
