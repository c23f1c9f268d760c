#include "emulator/conformance/run/curl.h"

#include <algorithm>

namespace dynsessions::conformance {
namespace {

constexpr std::size_t kLongestBody = 2000;

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

bool is_printable(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
  });
}

}  // namespace

std::string curl_line(const HttpRequest& request, const std::string& token) {
  std::string line = "curl -i -X " + request.method + " \"$ENDPOINT\"/" + quoted(request.target);
  for (const auto& [name, value] : request.headers) {
    const bool is_token = !token.empty() && value == "Bearer " + token;
    line +=
        is_token ? " -H \"Authorization: Bearer $TOKEN\"" : " -H " + quoted(name + ": " + value);
  }
  if (request.chunked) line += " -H 'Transfer-Encoding: chunked'";
  if (request.body.empty()) return line;
  if (request.body.size() > kLongestBody || !is_printable(request.body)) {
    return line + " --data-binary @body  # " + std::to_string(request.body.size()) + " bytes";
  }
  return line + " --data-binary " + quoted(request.body);
}

}  // namespace dynsessions::conformance
