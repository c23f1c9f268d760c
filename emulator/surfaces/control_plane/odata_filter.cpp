#include "emulator/surfaces/control_plane/odata_filter.h"

#include <cctype>
#include <optional>

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace {

ArmError bad_filter(std::string_view text) {
  return {400, "InvalidFilterInQueryString",
          "Invalid $filter '" + std::string(text) + "' specified in the query string.", "$filter",
          "comparisons with `eq`, joined by `and`, are supported"};
}

/// Reads a filter from its beginning to its end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() {
    skip_blanks();
    return rest_.empty();
  }
  /// Reads a word, which can be empty.
  std::string word() {
    skip_blanks();
    std::size_t size = 0;
    while (size < rest_.size() && is_word_character(rest_[size])) ++size;
    const std::string word(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return word;
  }
  bool take(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// A text in quotation marks; two of them stand for one.
  std::optional<std::string> quoted() {
    if (!take('\'')) return std::nullopt;
    std::string text;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\'') {
        text += c;
      } else if (rest_.starts_with('\'')) {
        text += c;
        rest_.remove_prefix(1);
      } else {
        return text;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  }
  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

bool has_word(std::string_view list, const std::string& word) {
  const std::string marked = " " + std::string(list) + " ";
  return !word.empty() && marked.find(" " + word + " ") != std::string::npos;
}

/// One comparison or function.
bool read_term(Scanner& scanner, std::string_view names, ODataFilter& filter) {
  const std::string name = boost::algorithm::to_lower_copy(scanner.word());
  if (!has_word(names, name)) return false;
  if (name == "atscope") return filter.at_scope = scanner.take('(') && scanner.take(')');
  if (name == "assignedto") {
    const auto principal = scanner.take('(') ? scanner.quoted() : std::nullopt;
    if (!principal || !scanner.take(')')) return false;
    filter.assigned_to = *principal;
    return true;
  }
  if (!http::iequals(scanner.word(), "eq")) return false;
  const auto value = scanner.quoted();
  return value && filter.equal.emplace(name, *value).second;
}

}  // namespace

std::string ODataFilter::value_of(const std::string& name) const {
  const auto found = equal.find(name);
  return found == equal.end() ? "" : found->second;
}

ArmResult<ODataFilter> parse_odata_filter(std::string_view text, std::string_view names) {
  ODataFilter filter;
  Scanner scanner(text);
  if (scanner.at_end()) return filter;
  while (read_term(scanner, names, filter)) {
    if (scanner.at_end()) return filter;
    if (!http::iequals(scanner.word(), "and")) break;
  }
  return bad_filter(text);
}

}  // namespace dynsessions::surfaces::control_plane
