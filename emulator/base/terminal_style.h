#pragma once

#include <string>
#include <string_view>

namespace dynsessions {

/// Emphasis for people at a terminal. Without colours the text is returned unchanged.
class TerminalStyle {
 public:
  /// Without colours.
  TerminalStyle() = default;
  explicit TerminalStyle(bool colours) : colours_(colours) {}

  /// With colours if the descriptor is a terminal, unless the environment has a non-empty NO_COLOR
  /// (https://no-color.org) or TERM=dumb.
  [[nodiscard]] static TerminalStyle of_descriptor(int descriptor);

  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("1;31", text); }

  /// Makes each heading bold: a line that starts in the first column and ends with a colon.
  [[nodiscard]] std::string with_bold_headings(std::string_view text) const;

 private:
  [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;

  bool colours_ = false;
};

/// Whether the environment asks for texts without colours.
[[nodiscard]] bool colours_are_unwanted();

}  // namespace dynsessions
