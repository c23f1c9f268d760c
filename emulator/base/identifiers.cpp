#include "emulator/base/identifiers.h"

#include <algorithm>
#include <cctype>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace dynsessions {
namespace {

/// The marks of the 2025-10-02-preview pattern; the older pattern and the documentation's list are
/// subsets of it.
constexpr std::string_view kMarks = R"(_|}{[]:";'<>?/.,@#$%^&*()-+=!~`)";
constexpr std::string_view kDocumentedMarks = "|-&^%$#(){}[];<>";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Result<SessionIdentifier> SessionIdentifier::parse(std::string_view text, IdentifierRule rule) {
  const bool is_loose = rule == IdentifierRule::one_to_256;
  const std::size_t shortest = is_loose ? 1 : 4;
  const std::size_t longest = is_loose ? 256 : 128;
  const std::string_view marks = rule == IdentifierRule::documented ? kDocumentedMarks : kMarks;
  if (text.empty()) return invalid_request("The identifier is missing.", "identifier");
  if (text.size() < shortest || text.size() > longest) {
    return invalid_request("The identifier must have " + std::to_string(shortest) + " to " +
                               std::to_string(longest) + " characters.",
                           "identifier");
  }
  const auto is_allowed = [marks](char c) {
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), is_allowed)) {
    return invalid_request(
        "The identifier may contain letters, digits and these marks: " + std::string(marks),
        "identifier");
  }
  return SessionIdentifier(std::string(text));
}

std::string random_uuid() {
  static thread_local boost::uuids::random_generator generate;
  return to_string(generate());
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const auto fits = [](char form, char c) {
    return form == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
  };
  return text.size() == kForm.size() && std::equal(kForm.begin(), kForm.end(), text.begin(), fits);
}

}  // namespace dynsessions
