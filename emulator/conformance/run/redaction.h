#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/conformance/run/outcome.h"

namespace dynsessions::conformance {

/// Takes out of outcomes what must not be in a report, before anything is written: the token and
/// whatever looks like one, the endpoint's host and the names in its path, e-mail addresses, and
/// guids. A guid becomes `guid-` and eight digits that are the same for the same guid, so that one
/// can still see what is equal. The guid of zeros stays: it names nothing.
class Redaction {
 public:
  /// `endpoint` is empty for the emulator, which has no secrets. A token of fewer than 16
  /// characters is none either: it would be found in ordinary words.
  Redaction(std::string token, const std::string& endpoint);

  [[nodiscard]] std::string text(std::string text) const;
  void apply(CaseOutcome& outcome) const;

  /// The last look at a finished report: the kind of secret that is left in it, such as "the
  /// token"; nullopt if there is none. Names in the endpoint's path have no shape to look for.
  [[nodiscard]] std::optional<std::string_view> leak_in(const std::string& report) const;

 private:
  std::vector<std::pair<std::string, std::string>> literals_;  ///< and what stands for each
  std::vector<std::string> names_;                             ///< replaced as whole words
};

}  // namespace dynsessions::conformance
