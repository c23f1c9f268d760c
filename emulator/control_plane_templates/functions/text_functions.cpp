#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "emulator/base/utf8.h"
#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/template_error.h"
#include "emulator/control_plane_templates/unique_string.h"

namespace dynsessions::control_plane_templates {
namespace {

/// Joins texts to one text, or arrays to one array.
Json concat(const FunctionCall& call) {
  const bool has_arrays = call[0].is_array();
  Json array = Json::array();
  std::string text;
  for (std::size_t i = 0; i < call.count(); ++i) {
    if (call[i].is_array() != has_arrays || call[i].is_object() || call[i].is_null()) {
      refuse_argument("concat", i + 1, has_arrays ? "Array" : "String", call[i]);
    }
    if (!has_arrays) text += text_of(call[i]);
    if (has_arrays) array.insert(array.end(), call[i].begin(), call[i].end());
    call.evaluator.spend(text.size());
  }
  return has_arrays ? array : Json(text);
}

/// Returns the text of the argument that `{…}` refers to.
std::string formatted(const FunctionCall& call, std::string_view place) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(place.data(), place.data() + place.size(), index);
  if (error != std::errc() || end != place.data() + place.size()) {
    throw TemplateProblem(
        "The template function 'format' of the emulator has '{0}' without a "
        "format, not '{" +
        std::string(place) + "}'");
  }
  if (index >= call.count() - 1) {
    throw TemplateProblem("The template function 'format' has no argument for '{" +
                          std::string(place) + "}'");
  }
  return text_of(call[index + 1]);
}

Json format(const FunctionCall& call) {
  const std::string_view pattern = call.text(0);
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    const bool is_doubled =
        (c == '{' || c == '}') && pattern.substr(at + 1, 1) == std::string(1, c);
    if (is_doubled) ++at;
    if (is_doubled || (c != '{' && c != '}')) {
      text += c;
      continue;
    }
    const std::size_t end = pattern.find('}', at);
    if (c == '}' || end == std::string_view::npos) {
      throw TemplateProblem("The format '" + call.text(0) + "' has a brace without its other half");
    }
    text += formatted(call, pattern.substr(at + 1, end - at - 1));
    call.evaluator.spend(text.size());
    at = end;
  }
  return text;
}

Json to_lower(const FunctionCall& call) { return boost::algorithm::to_lower_copy(call.text(0)); }
Json to_upper(const FunctionCall& call) { return boost::algorithm::to_upper_copy(call.text(0)); }
Json trim(const FunctionCall& call) { return boost::algorithm::trim_copy(call.text(0)); }

Json replace(const FunctionCall& call) {
  if (call.text(1).empty()) throw TemplateProblem("'replace' cannot replace an empty text");
  const std::size_t most = call.text(0).size() / call.text(1).size();
  call.evaluator.spend(call.text(0).size() + most * call.text(2).size());
  return boost::algorithm::replace_all_copy(call.text(0), call.text(1), call.text(2));
}

/// Returns `length` characters from `start` on, which must exist.
Json substring(const FunctionCall& call) {
  const std::string_view text = call.text(0);
  const auto size = std::int64_t(count_characters(text));
  const std::int64_t start = call.number(1);
  const std::int64_t length = call.count() > 2 ? call.number(2) : size - start;
  if (start < 0 || length < 0 || start > size || length > size - start) {
    throw TemplateProblem("The template function 'substring' is outside of a text of " +
                          std::to_string(size) + " characters");
  }
  const std::string_view rest = text.substr(first_characters(text, std::size_t(start)).size());
  return std::string(first_characters(rest, std::size_t(length)));
}

std::vector<std::string> delimiters_of(const FunctionCall& call) {
  std::vector<std::string> delimiters;
  if (call[1].is_string()) delimiters.push_back(call.text(1));
  if (call[1].is_array()) {
    for (const Json& item : call[1]) delimiters.push_back(text_of(item));
  }
  std::erase(delimiters, "");
  if (delimiters.empty()) refuse_argument("split", 2, "String", call[1]);
  return delimiters;
}

Json split(const FunctionCall& call) {
  const std::vector<std::string> delimiters = delimiters_of(call);
  const std::string_view text = call.text(0);
  Json parts = Json::array();
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    call.evaluator.spend(delimiters.size());
    const auto here =
        std::find_if(delimiters.begin(), delimiters.end(), [&](const std::string& delimiter) {
          return text.substr(at, delimiter.size()) == delimiter;
        });
    if (here == delimiters.end()) {
      ++at;
      continue;
    }
    parts.push_back(std::string(text.substr(begin, at - begin)));
    begin = at += here->size();
  }
  parts.push_back(std::string(text.substr(begin)));
  return parts;
}

Json join(const FunctionCall& call) {
  std::string text;
  for (const Json& item : call[0]) {
    if (!text.empty() || &item != &call[0].front()) text += call.text(1);
    text += text_of(item);
    call.evaluator.spend(item.size() + call.text(1).size());
  }
  return text;
}

Json starts_with(const FunctionCall& call) {
  return boost::algorithm::istarts_with(call.text(0), call.text(1));
}
Json ends_with(const FunctionCall& call) {
  return boost::algorithm::iends_with(call.text(0), call.text(1));
}

/// The index counts characters, and case is ignored; -1 if the text does not occur.
Json index_of(const FunctionCall& call) {
  const auto found = boost::algorithm::to_lower_copy(call.text(0))
                         .find(boost::algorithm::to_lower_copy(call.text(1)));
  if (found == std::string::npos) return -1;
  return count_characters(std::string_view(call.text(0)).substr(0, found));
}

Json pad_left(const FunctionCall& call) {
  const std::string text = text_of(call[0]);
  const std::string padding = call.count() > 2 ? call.text(2) : " ";
  const auto size = std::int64_t(count_characters(text));
  if (call.number(1) > 1000 || count_characters(padding) != 1) {
    throw TemplateProblem(
        "The template function 'padLeft' pads to at most 1000 characters, with "
        "one character");
  }
  std::string padded;
  for (std::int64_t i = size; i < call.number(1); ++i) padded += padding;
  return padded + text;
}

Json string_function(const FunctionCall& call) { return text_of(call[0]); }

std::string joined(const FunctionCall& call) {
  std::string text;
  for (std::size_t i = 0; i < call.count(); ++i) text += (i == 0 ? "" : "-") + call.text(i);
  return text;
}

Json unique_string_function(const FunctionCall& call) { return unique_string(joined(call)); }
Json guid(const FunctionCall& call) { return stable_guid(joined(call)); }

constexpr std::array<Function, 16> kTextFunctions{{{"concat", "jj*", concat},
                                                   {"format", "sj*", format},
                                                   {"toLower", "s", to_lower},
                                                   {"toUpper", "s", to_upper},
                                                   {"trim", "s", trim},
                                                   {"replace", "sss", replace},
                                                   {"substring", "sii?", substring},
                                                   {"split", "sj", split},
                                                   {"join", "as", join},
                                                   {"startsWith", "ss", starts_with},
                                                   {"endsWith", "ss", ends_with},
                                                   {"indexOf", "ss", index_of},
                                                   {"padLeft", "jis?", pad_left},
                                                   {"string", "j", string_function},
                                                   {"uniqueString", "ss*", unique_string_function},
                                                   {"guid", "ss*", guid}}};

}  // namespace

std::span<const Function> text_functions() { return kTextFunctions; }

}  // namespace dynsessions::control_plane_templates
