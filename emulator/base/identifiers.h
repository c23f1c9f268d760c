#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/base/result.h"

namespace dynsessions {

/// The rule for valid identifiers. Sources disagree: CONTRACT.md section 1.3, section 8 row 23.
enum class IdentifierRule {
  one_to_256,   ///< before 2025-10-02-preview: 1 to 256 characters
  four_to_128,  ///< since 2025-10-02-preview: 4 to 128 characters
  documented,   ///< 4 to 128 characters, from the documentation's list
};

/// The client's key for a session; compared case-sensitively. It can be a secret of the client:
/// never log it.
class SessionIdentifier {
 public:
  [[nodiscard]] static Result<SessionIdentifier> parse(std::string_view text, IdentifierRule rule);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // NOLINTNEXTLINE(modernize-use-nullptr): misfires on the 0 that a defaulted <=> compares with
  auto operator<=>(const SessionIdentifier&) const = default;

 private:
  explicit SessionIdentifier(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A random version 4 UUID in lower case: the form of execution ids and correlation ids.
[[nodiscard]] std::string random_uuid();

/// Whether the text has the form of a UUID, in either case.
[[nodiscard]] bool is_uuid(std::string_view text);

}  // namespace dynsessions

template <>
struct std::hash<dynsessions::SessionIdentifier> {
  std::size_t operator()(const dynsessions::SessionIdentifier& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
