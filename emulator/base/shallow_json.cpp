#include "emulator/base/shallow_json.h"

#include <algorithm>

namespace dynsessions {

using nlohmann::json;

namespace {

enum class OnError { discard, raise };

/// Leaves out values nested deeper than `deepest`, and sets `too_deep` if there are any.
json parse_to_depth(std::string_view text, int deepest, Comments comments, OnError on_error,
                    bool& too_deep) {
  const auto limit_depth = [&](int depth, json::parse_event_t event, json&) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    // `depth` objects and arrays are already open.
    too_deep = too_deep || (opens && depth >= deepest);
    return !too_deep;
  };
  return json::parse(text, limit_depth, on_error == OnError::raise,
                     /*ignore_comments=*/comments == Comments::allowed);
}

/// Cuts the parser's quotation of the text out of its message: the text can be secret.
std::string without_quotation(const std::string& message) {
  const std::size_t begin = message.find("last read: '");
  if (begin == std::string::npos) return message;
  const std::size_t end = message.rfind("; expected ");
  const bool expects = end != std::string::npos && end > begin;
  return message.substr(0, message.find_last_not_of("; ", begin - 1) + 1) +
         (expects ? message.substr(end) : "");
}

}  // namespace

json parse_shallow_json(std::string_view text, int deepest, Comments comments) {
  bool too_deep = false;
  json parsed = parse_to_depth(text, deepest, comments, OnError::discard, too_deep);
  return too_deep ? json(json::value_t::discarded) : parsed;
}

std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line = 1 + std::size_t(std::count(before.begin(), before.end(), '\n'));
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string parser_message(const json::parse_error& error) {
  constexpr std::string_view kMark = " - ";
  const std::string message = error.what();
  const std::size_t found = message.find(kMark);
  return found == std::string::npos ? message : message.substr(found + kMark.size());
}

std::string why_not_json(std::string_view text, int deepest, Comments comments) {
  try {
    bool too_deep = false;
    (void)parse_to_depth(text, deepest, comments, OnError::raise, too_deep);
  } catch (const json::parse_error& error) {
    const std::size_t offset = std::min(error.byte, text.size() + 1);
    return line_and_column(text, offset == 0 ? 0 : offset - 1) + ": " +
           without_quotation(parser_message(error));
  } catch (const json::exception&) {
    return "it has a number that is too large";
  }
  return "it is nested deeper than " + std::to_string(deepest) + " levels";
}

}  // namespace dynsessions
