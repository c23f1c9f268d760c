#include "emulator/config/option_words.h"

#include <string_view>

namespace dynsessions::config {

std::vector<std::string> words_of(const Option& option) {
  constexpr std::string_view kSeparator = " or ";
  const std::string accepted = option.accepted();
  std::string_view rest = accepted;
  std::vector<std::string> words;
  for (;;) {
    const std::size_t end = rest.find(kSeparator);
    const std::string_view part = rest.substr(0, end);
    // A part with spaces, such as "a whole number from 0 to 65535", describes values.
    if (part.find(' ') == std::string_view::npos) words.emplace_back(part);
    if (end == std::string_view::npos) return words;
    rest.remove_prefix(end + kSeparator.size());
  }
}

}  // namespace dynsessions::config
