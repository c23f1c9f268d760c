#include "emulator/core/identifiers.h"

#include <algorithm>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace dynsessions {
namespace {

/// The marks of the 2025-10-02-preview pattern; the older pattern and the documentation's list are
/// subsets of it.
constexpr std::string_view kMarks = R"(_|}{[]:";'<>?/.,@#$%^&*()-+=!~`)";

bool is_allowed(char c) {
  const bool letter_or_digit =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter_or_digit || kMarks.find(c) != std::string_view::npos;
}

}  // namespace

Result<SessionIdentifier> SessionIdentifier::parse(std::string_view text, IdentifierRule rule) {
  const bool strict = rule == IdentifierRule::four_to_128;
  const std::size_t shortest = strict ? 4 : 1;
  const std::size_t longest = strict ? 128 : 256;
  if (text.empty()) return invalid_request("The identifier is missing.", "identifier");
  if (text.size() < shortest || text.size() > longest) {
    return invalid_request("The identifier must have " + std::to_string(shortest) + " to " +
                               std::to_string(longest) + " characters.",
                           "identifier");
  }
  if (!std::all_of(text.begin(), text.end(), is_allowed)) {
    return invalid_request(
        "The identifier may contain letters, digits and these marks: " + std::string(kMarks),
        "identifier");
  }
  return SessionIdentifier(std::string(text));
}

std::string random_uuid() {
  static thread_local boost::uuids::random_generator generate;
  return to_string(generate());
}

}  // namespace dynsessions
