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
  /// The members of a pool definition.
  [[nodiscard]] nlohmann::ordered_json pool(nlohmann::ordered_json definition) const;
  /// Rules, whose globs of identifiers are replaced if they are an identifier.
  [[nodiscard]] nlohmann::ordered_json faults(nlohmann::ordered_json rules);
  /// A line of JSON per request.
  [[nodiscard]] std::string journal(const std::vector<Journal::EntryPointer>& entries);

 private:
  void redact(nlohmann::ordered_json& entry);
  /// The text with every identifier that is known so far replaced.
  [[nodiscard]] std::string without_identifiers(std::string text) const;

  const Redaction redaction_;
  std::map<std::string, std::string> identifiers_;
  std::map<std::string, std::string> principals_;
};

/// "none", "identifiers" or "contents"; nullopt for other words.
[[nodiscard]] std::optional<Redaction> parse_redaction(std::string_view word);
[[nodiscard]] std::string_view name_of(Redaction redaction);

}  // namespace dynsessions::test_double
