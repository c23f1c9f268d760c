#pragma once

#include <algorithm>
#include <string>

namespace dynsessions::sandbox {

/// Makes output of other programs safe to print on a terminal.
inline std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace dynsessions::sandbox
