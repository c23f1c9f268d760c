#include "emulator/http/part_header.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "emulator/base/utf8.h"
#include "emulator/http/header_value.h"
#include "emulator/http/text.h"

namespace dynsessions::http {
namespace {

/// Decodes `filename*=utf-8'en'na%C3%AFve.txt` (RFC 8187). A character set other than UTF-8, or
/// invalid bytes, make it unreadable; RFC 6266 section 4.3 then recommends the plain form.
std::optional<std::string> decode_extended(std::string_view text) {
  const std::size_t charset_end = text.find('\'');
  if (charset_end == std::string_view::npos) return std::nullopt;
  const std::size_t language_end = text.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return std::nullopt;
  if (!iequals(text.substr(0, charset_end), "utf-8")) return std::nullopt;
  std::optional<std::string> decoded = percent_decode(text.substr(language_end + 1));
  if (!decoded || !is_valid_utf8(*decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::string> filename_of(const HeaderValue& disposition) {
  if (const auto extended = disposition.find("filename*")) {
    if (std::optional<std::string> name = decode_extended(*extended)) return name;
  }
  if (const auto plain = disposition.find("filename")) return std::string(*plain);
  return std::nullopt;
}

/// Returns the value of the first Content-Disposition line; empty if there is none.
Result<std::string_view> find_disposition(std::string_view block) {
  while (!block.empty()) {
    const std::string_view line = block.substr(0, block.find("\r\n"));
    block.remove_prefix(std::min(line.size() + 2, block.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return invalid_request("A multipart part has a header line without a colon.", "file");
    }
    if (iequals(trim(line.substr(0, colon)), "Content-Disposition")) return line.substr(colon + 1);
  }
  return std::string_view{};
}

}  // namespace

Result<PartHeader> parse_part_header(std::string_view block) {
  const Result<std::string_view> line = find_disposition(block);
  if (!line) return line.error();
  const std::optional<HeaderValue> disposition = HeaderValue::parse(*line);
  if (!disposition || !iequals(disposition->value, "form-data")) {
    return invalid_request("A multipart part has no readable 'Content-Disposition: form-data'.",
                           "file");
  }
  const std::optional<std::string_view> name = disposition->find("name");
  if (!name) {
    return invalid_request("The Content-Disposition of a multipart part has no 'name'.", "file");
  }
  return PartHeader{std::string(*name), filename_of(*disposition)};
}

}  // namespace dynsessions::http
