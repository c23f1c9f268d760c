#include "emulator/doctor/report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

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

/// Findings begin in one column; a cure stands below its finding.
constexpr std::size_t kFindingColumn = 32;

std::string line_of(const Check& check) {
  std::string line = std::string("  ") + word_for(check.verdict);
  line.resize(std::size_t{11}, ' ');
  line += check.name;
  line.resize(std::max(kFindingColumn, line.size() + 1), ' ');
  line += check.finding + '\n';
  if (!check.cure.empty()) line += std::string(kFindingColumn, ' ') + "cure: " + check.cure + '\n';
  return line;
}

}  // namespace

bool is_healthy(const Checks& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const Check& check) { return check.verdict == Verdict::bad; });
}

std::string to_text(const Checks& checks) {
  std::string text;
  std::string section;
  for (const Check& check : checks) {
    if (check.section != section) {
      section = check.section;
      text += section + '\n';
    }
    text += line_of(check);
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
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace dynsessions::doctor
