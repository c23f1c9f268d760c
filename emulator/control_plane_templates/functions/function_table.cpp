#include "emulator/control_plane_templates/functions/function_table.h"

#include <algorithm>

#include "emulator/base/json_text.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

struct Signature {
  std::size_t least = 0;
  std::optional<std::size_t> most = 0;  ///< nullopt: any number
  std::string kinds;                    ///< a letter per argument
};

Signature read(std::string_view text) {
  Signature signature;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char mark = i + 1 < text.size() ? text[i + 1] : ' ';
    signature.kinds += text[i];
    if (mark != '?' && mark != '*') ++signature.least;
    if (mark == '?' || mark == '*') ++i;
    if (mark == '*') signature.most = std::nullopt;
    if (signature.most) ++*signature.most;
  }
  return signature;
}

bool is_of_kind(const Json& value, char kind) {
  switch (kind) {
    case 's':
      return value.is_string();
    case 'i':
      return value.is_number_integer();
    case 'b':
      return value.is_boolean();
    case 'a':
      return value.is_array();
    case 'o':
      return value.is_object();
    default:
      return true;
  }
}

std::string name_of_kind(char kind) {
  switch (kind) {
    case 's':
      return "String";
    case 'i':
      return "Integer";
    case 'b':
      return "Boolean";
    case 'a':
      return "Array";
    default:
      return "Object";
  }
}

}  // namespace

const Function& find_function(const std::string& name) {
  for (const auto functions :
       {text_functions(), logic_functions(), collection_functions(), resource_functions()}) {
    const auto found = std::find_if(
        functions.begin(), functions.end(),
        [&name](const Function& function) { return equal_names(function.name, name); });
    if (found != functions.end()) return *found;
  }
  throw TemplateProblem("The template function '" + name +
                        "' is not valid, or the emulator does not have it");
}

void require_function(const std::string& name) {
  // Evaluator::call_lazily() implements these functions.
  const bool is_lazy = equal_names(name, "if") || equal_names(name, "and") ||
                       equal_names(name, "or") || equal_names(name, "coalesce");
  if (!is_lazy) static_cast<void>(find_function(name));
}

void require_count(std::string_view function, std::size_t count, std::size_t least,
                   std::optional<std::size_t> most) {
  if (count >= least && (!most || count <= *most)) return;
  std::string expected = std::to_string(least);
  if (!most) expected = "at least " + expected;
  if (most && *most != least) expected += " to " + std::to_string(*most);
  throw TemplateProblem("The template function '" + std::string(function) + "' takes " + expected +
                        " arguments, not " + std::to_string(count));
}

void refuse_argument(std::string_view function, std::size_t position, const std::string& expected,
                     const Json& value) {
  throw TemplateProblem("The template language function '" + std::string(function) +
                        "' expects argument " + std::to_string(position) + " to be of type '" +
                        expected + "'. The provided value is of type '" + kind_of(value) + "'");
}

void check_arguments(const Function& function, const std::vector<Json>& arguments) {
  const Signature signature = read(function.signature);
  require_count(function.name, arguments.size(), signature.least, signature.most);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const char kind = signature.kinds[std::min(i, signature.kinds.size() - 1)];
    if (!is_of_kind(arguments[i], kind)) {
      refuse_argument(function.name, i + 1, name_of_kind(kind), arguments[i]);
    }
  }
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_null()) return {};
  return dumped(value);
}

}  // namespace dynsessions::control_plane_templates
