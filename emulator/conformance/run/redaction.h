#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/conformance/run/outcome.h"

namespace dynsessions::conformance {

/// Removes secrets from outcomes before anything is written: the token and any text that looks like
/// one, the endpoint's host and the names in its path, e-mail addresses, and guids. A guid becomes
/// `guid-` and eight digits. Equal guids get equal digits, so that a reader can still compare them.
/// The guid of zeros stays, because it names nothing.
class Redaction {
 public:
  /// `endpoint` is empty for the emulator, which has no secrets. A token of fewer than 16
  /// characters is not treated as a secret either: it would occur in ordinary words.
  Redaction(std::string token, const std::string& endpoint);

  [[nodiscard]] std::string text(std::string text) const;
  void apply(CaseOutcome& outcome) const;

  /// Checks a finished report. Returns the kind of secret that is left in it, such as "the token";
  /// nullopt if there is none. Names in the endpoint's path have no shape to search for.
  [[nodiscard]] std::optional<std::string_view> leak_in(const std::string& report) const;

 private:
  /// Secrets, each with its replacement.
  std::vector<std::pair<std::string, std::string>> literals_;
  std::vector<std::string> names_;  ///< replaced as whole words
};

}  // namespace dynsessions::conformance
