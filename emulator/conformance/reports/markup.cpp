#include "emulator/conformance/reports/markup.h"

namespace dynsessions::conformance {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (byte < 0x20 && c != '\n' && c != '\t') {
      result += "\\x" + std::to_string(byte);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace dynsessions::conformance
