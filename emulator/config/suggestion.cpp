#include "emulator/config/suggestion.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace dynsessions::config {
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

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    before_last = std::move(last);
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[to.size()];
}

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

}  // namespace dynsessions::config
