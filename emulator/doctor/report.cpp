#include "emulator/doctor/report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"

namespace dynsessions::doctor {
namespace {

using Json = nlohmann::ordered_json;

const char* word_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "good";
    case Verdict::warning:
      return "warning";
    case Verdict::bad:
      return "bad";
  }
  return "";
}

/// Findings start in one column; a cure is below its finding.
constexpr std::size_t kFindingColumn = 32;

std::string styled(const TerminalStyle& style, Verdict verdict, const std::string& word) {
  if (verdict == Verdict::good) return style.green(word);
  return verdict == Verdict::warning ? style.yellow(word) : style.red(word);
}

std::string check_line(const Check& check, const TerminalStyle& style) {
  const std::string word = word_for(check.verdict);
  std::string line = "  " + word;
  line.resize(std::size_t{11}, ' ');
  line += check.name;
  line.resize(std::max(kFindingColumn, line.size() + 1), ' ');
  line += check.finding + '\n';
  // Styled after padding, because styles have no width.
  line.replace(2, word.size(), styled(style, check.verdict, word));
  if (!check.cure.empty()) line += std::string(kFindingColumn, ' ') + "cure: " + check.cure + '\n';
  return line;
}

}  // namespace

bool is_healthy(const Checks& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const Check& check) { return check.verdict == Verdict::bad; });
}

std::string to_text(const Checks& checks, const TerminalStyle& style) {
  std::string text;
  std::string section;
  for (const Check& check : checks) {
    if (check.section != section) {
      section = check.section;
      text += style.bold(section) + '\n';
    }
    text += check_line(check, style);
  }
  return text;
}

std::string to_json(const Checks& checks) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({{"section", check.section},
                    {"name", check.name},
                    {"verdict", word_for(check.verdict)},
                    {"finding", check.finding},
                    {"cure", check.cure}});
  }
  const Json report = {{"healthy", is_healthy(checks)}, {"checks", std::move(list)}};
  return dumped(report, 2) + '\n';
}

}  // namespace dynsessions::doctor
