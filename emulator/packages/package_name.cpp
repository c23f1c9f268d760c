#include "emulator/packages/package_name.h"

#include <algorithm>

namespace dynsessions::packages {
namespace {

// Replaces the function of <cctype>, which depends on the locale.
bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string normalized_name(std::string_view name) {
  std::string normal;
  for (const char c : name) {
    if (is_separator(c) && normal.ends_with('-')) continue;
    normal += is_separator(c) ? '-' : lower(c);
  }
  return normal;
}

std::string_view leading_name(std::string_view requirement) {
  const auto end = std::find_if_not(requirement.begin(), requirement.end(),
                                    [](char c) { return is_alphanumeric(c) || is_separator(c); });
  const auto name = requirement.substr(0, static_cast<std::size_t>(end - requirement.begin()));
  const bool is_name =
      !name.empty() && is_alphanumeric(name.front()) && is_alphanumeric(name.back());
  return is_name ? name : std::string_view();
}

}  // namespace dynsessions::packages
