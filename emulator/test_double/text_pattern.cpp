#include "emulator/test_double/text_pattern.h"

#include <stdexcept>
#include <utility>

#include <boost/regex.hpp>

namespace dynsessions::test_double {
namespace {

constexpr std::size_t kLongestExpression = 1000;

}  // namespace

bool matches_glob(std::string_view glob, std::string_view text) {
  // The position of the last `*`, and how much of the text it matches so far.
  std::size_t star = std::string_view::npos;
  std::size_t star_end = 0;
  std::size_t g = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_end = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

struct TextPattern::Compiled {
  boost::regex expression;
};

Result<TextPattern> TextPattern::parse(const std::string& expression, const std::string& field) {
  if (expression.size() > kLongestExpression) {
    return invalid_request(field + ": the expression is longer than 1000 characters", field);
  }
  try {
    return TextPattern(std::make_shared<const Compiled>(Compiled{boost::regex(expression)}));
  } catch (const std::runtime_error& error) {
    return invalid_request(field + ": not a regular expression: " + error.what(), field);
  }
}

bool TextPattern::found_in(std::string_view text) const {
  try {
    return boost::regex_search(text.begin(), text.end(), compiled_->expression);
  } catch (const std::runtime_error&) {  // the search is too complex
    return false;
  }
}

}  // namespace dynsessions::test_double
