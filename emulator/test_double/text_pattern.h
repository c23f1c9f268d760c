#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "emulator/base/result.h"

namespace dynsessions::test_double {

/// Whether `text` matches `glob`: `*` matches any characters, `?` one, and every other character
/// itself.
[[nodiscard]] bool matches_glob(std::string_view glob, std::string_view text);

/// A regular expression in the syntax of Perl, for untrusted texts: a search takes bounded time and
/// stack. A value.
class TextPattern {
 public:
  /// `invalid_request` with `field` in `target` if the expression cannot be read, or has more than
  /// a thousand characters.
  [[nodiscard]] static Result<TextPattern> parse(const std::string& expression,
                                                 const std::string& field);

  /// Whether it is found anywhere in the text. False if finding out would take too long.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  struct Compiled;
  explicit TextPattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;  ///< shared with copies
};

}  // namespace dynsessions::test_double
