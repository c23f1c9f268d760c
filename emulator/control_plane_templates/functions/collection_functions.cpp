#include <algorithm>
#include <array>

#include "emulator/base/shallow_json.h"
#include "emulator/base/utf8.h"
#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/template_error.h"

/// Functions of arrays and objects, and those that texts have in common with them.
namespace dynsessions::control_plane_templates {
namespace {

std::size_t length_of(const Json& value) {
  if (value.is_string()) return count_characters(value.get_ref<const std::string&>());
  return value.size();
}

/// Throws unless the argument is a text, an array or, if allowed, an object.
void require_sequence(const FunctionCall& call, std::string_view function, bool takes_objects) {
  const bool is_good =
      call[0].is_string() || call[0].is_array() || (takes_objects && call[0].is_object());
  if (!is_good) refuse_argument(function, 1, "Array", call[0]);
}

Json length(const FunctionCall& call) {
  require_sequence(call, "length", true);
  return length_of(call[0]);
}

Json empty(const FunctionCall& call) {
  if (call[0].is_null()) return true;
  require_sequence(call, "empty", true);
  return length_of(call[0]) == 0;
}

Json contains(const FunctionCall& call) {
  call.evaluator.spend(weight_of(call[0]));
  if (call[0].is_array()) {
    return std::find(call[0].begin(), call[0].end(), call[1]) != call[0].end();
  }
  if (call[0].is_object()) return find_member(call[0], text_of(call[1])) != nullptr;
  if (!call[0].is_string()) refuse_argument("contains", 1, "Array", call[0]);
  return call.text(0).find(text_of(call[1])) != std::string::npos;
}

/// Returns `count` items or characters from `begin` on, which must exist.
Json part(const Json& value, std::size_t begin, std::size_t count) {
  if (value.is_array()) {
    const auto first = value.begin() + std::ptrdiff_t(begin);
    Json items = Json::array();
    items.insert(items.end(), first, first + std::ptrdiff_t(count));
    return items;
  }
  const std::string_view text = value.get_ref<const std::string&>();
  return std::string(first_characters(text.substr(first_characters(text, begin).size()), count));
}

std::size_t bounded(std::int64_t count, std::size_t most) {
  return count < 0 ? 0 : std::min(std::size_t(count), most);
}

Json take(const FunctionCall& call) {
  require_sequence(call, "take", false);
  return part(call[0], 0, bounded(call.number(1), length_of(call[0])));
}

Json skip(const FunctionCall& call) {
  require_sequence(call, "skip", false);
  const std::size_t skipped = bounded(call.number(1), length_of(call[0]));
  return part(call[0], skipped, length_of(call[0]) - skipped);
}

/// Returns the first or last item or character. Returns null for an empty array and an empty text
/// for an empty text.
Json end_of(const Json& value, bool is_first) {
  const std::size_t length = length_of(value);
  if (value.is_array()) {
    if (length == 0) return nullptr;
    return is_first ? value.front() : value.back();
  }
  const std::size_t count = std::min<std::size_t>(length, 1);
  return part(value, is_first ? 0 : length - count, count);
}

Json first(const FunctionCall& call) {
  require_sequence(call, "first", false);
  return end_of(call[0], true);
}

Json last(const FunctionCall& call) {
  require_sequence(call, "last", false);
  return end_of(call[0], false);
}

Json create_array(const FunctionCall& call) { return Json(call.arguments); }

Json array_function(const FunctionCall& call) {
  if (call[0].is_array()) return call[0];
  Json items = Json::array();
  items.push_back(call[0]);
  return items;
}

Json create_object(const FunctionCall& call) {
  if (call.count() % 2 != 0) {
    throw TemplateProblem("The template function 'createObject' takes pairs of a key and a value");
  }
  Json object = Json::object();
  for (std::size_t i = 0; i < call.count(); i += 2) {
    if (!call[i].is_string()) refuse_argument("createObject", i + 1, "String", call[i]);
    object[call.text(i)] = call[i + 1];
  }
  return object;
}

/// Members of the second object win; objects in both are merged.
void merge_into(Json& object, const Json& other) {
  for (const auto& [name, value] : other.items()) {
    Json& member = object[name];
    if (member.is_object() && value.is_object()) {
      merge_into(member, value);
    } else {
      member = value;
    }
  }
}

/// Adds the items that the result does not contain yet.
void add_new_items(const FunctionCall& call, Json& items, const Json& others) {
  for (const Json& item : others) {
    call.evaluator.spend(sizeof(Json) * items.size());
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
  }
}

Json union_function(const FunctionCall& call) {
  const bool has_arrays = call[0].is_array();
  if (!has_arrays && !call[0].is_object()) refuse_argument("union", 1, "Array", call[0]);
  Json whole = has_arrays ? Json::array() : Json::object();
  for (std::size_t i = 0; i < call.count(); ++i) {
    if (call[i].type() != call[0].type()) {
      refuse_argument("union", i + 1, kind_of(call[0]), call[i]);
    }
    call.evaluator.spend(weight_of(call[i]));
    if (has_arrays) add_new_items(call, whole, call[i]);
    if (!has_arrays) merge_into(whole, call[i]);
  }
  return whole;
}

Json range(const FunctionCall& call) {
  const std::int64_t count = call.number(1);
  std::int64_t end = 0;
  if (count < 0 || std::size_t(count) > limits::kRange ||
      __builtin_add_overflow(call.number(0), count, &end)) {
    throw TemplateProblem("The template function 'range' makes 0 to " +
                          std::to_string(limits::kRange) + " numbers");
  }
  Json numbers = Json::array();
  for (std::int64_t number = call.number(0); number < end; ++number) numbers.push_back(number);
  return numbers;
}

/// Returns the least or greatest whole number. The arguments are the numbers, or one array of them.
std::int64_t extreme(const FunctionCall& call, std::string_view function, bool is_least) {
  const bool is_array = call.count() == 1 && call[0].is_array();
  const Json numbers = is_array ? call[0] : Json(call.arguments);
  if (numbers.empty()) refuse_argument(function, 1, "Integer", call[0]);
  std::vector<std::int64_t> values;
  for (const Json& number : numbers) {
    if (!number.is_number_integer()) refuse_argument(function, 1, "Integer", number);
    values.push_back(number.get<std::int64_t>());
  }
  return is_least ? *std::min_element(values.begin(), values.end())
                  : *std::max_element(values.begin(), values.end());
}

Json min_function(const FunctionCall& call) { return extreme(call, "min", true); }
Json max_function(const FunctionCall& call) { return extreme(call, "max", false); }

Json items_of(const FunctionCall& call) {
  Json items = Json::array();
  for (const auto& [name, value] : call[0].items()) {
    items.push_back({{"key", name}, {"value", value}});
  }
  return items;
}

Json json_function(const FunctionCall& call) {
  Json parsed = parse_shallow_json(call.text(0), limits::kJsonDepth);
  if (!parsed.is_discarded()) return parsed;
  throw TemplateProblem("The template function 'json' expects a text that is JSON");
}

constexpr std::array<Function, 16> kCollectionFunctions{{{"length", "j", length},
                                                         {"empty", "j", empty},
                                                         {"contains", "jj", contains},
                                                         {"take", "ji", take},
                                                         {"skip", "ji", skip},
                                                         {"first", "j", first},
                                                         {"last", "j", last},
                                                         {"createArray", "j*", create_array},
                                                         {"array", "j", array_function},
                                                         {"createObject", "j*", create_object},
                                                         {"union", "jj*", union_function},
                                                         {"range", "ii", range},
                                                         {"min", "jj*", min_function},
                                                         {"max", "jj*", max_function},
                                                         {"items", "o", items_of},
                                                         {"json", "s", json_function}}};

}  // namespace

std::span<const Function> collection_functions() { return kCollectionFunctions; }

}  // namespace dynsessions::control_plane_templates
