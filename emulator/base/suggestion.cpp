#include "emulator/base/suggestion.h"

#include <algorithm>
#include <cctype>

#include "emulator/base/edit_distance.h"

namespace dynsessions {
namespace {

/// A shorter beginning of a word is as likely an accident.
constexpr std::size_t kShortestBeginning = 3;

std::string folded(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return folded;
}

std::size_t tolerance(std::string_view word) {
  constexpr std::size_t kCharactersPerMistake = 3;
  return std::max<std::size_t>(1, word.size() / kCharactersPerMistake);
}

std::optional<std::string_view> only_one_that_starts_with(
    const std::string& beginning, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> found;
  if (beginning.size() < kShortestBeginning) return found;
  for (const std::string_view candidate : candidates) {
    if (!folded(candidate).starts_with(beginning)) continue;
    if (found) return std::nullopt;
    found = candidate;
  }
  return found;
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  const std::string wanted = folded(word);
  std::optional<std::string_view> best;
  std::size_t best_distance = tolerance(wanted) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance >= best_distance || distance >= candidate.size()) continue;
    best = candidate;
    best_distance = distance;
  }
  return best ? best : only_one_that_starts_with(wanted, candidates);
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto found = nearest(word, candidates);
  return found ? "; did you mean `" + std::string(*found) + "`?" : "";
}

}  // namespace dynsessions
