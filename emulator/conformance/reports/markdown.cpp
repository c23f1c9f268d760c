#include "emulator/conformance/reports/markdown.h"

namespace dynsessions::conformance {

std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') {
      result += "\\|";
    } else {
      result += c == '\n' || c == '\r' ? ' ' : c;
    }
  }
  return result;
}

std::string code_cell(const std::string& text) {
  const bool has_backtick = text.find('`') != std::string::npos;
  return has_backtick ? "`` " + cell(text) + " ``" : "`" + cell(text) + "`";
}

}  // namespace dynsessions::conformance
