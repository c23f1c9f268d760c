#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/control_plane_templates/evaluator.h"

/// Functions of the template language. Every other function is refused by name. Their behaviour
/// follows the public documentation of "ARM template functions"; the deployments that were seen use
/// `parameters`, `variables`, `concat`, `format`, `uniqueString`, `resourceId`, `resourceGroup` and
/// `reference` (api-spec/CONTROL-PLANE.md section 7).
namespace dynsessions::control_plane_templates {

struct FunctionCall {
  Evaluator& evaluator;
  const std::vector<Json>& arguments;  ///< checked against the signature

  [[nodiscard]] std::size_t count() const { return arguments.size(); }
  [[nodiscard]] const Json& operator[](std::size_t index) const { return arguments[index]; }
  [[nodiscard]] const std::string& text(std::size_t index) const {
    return arguments[index].get_ref<const std::string&>();
  }
  [[nodiscard]] std::int64_t number(std::size_t index) const {
    return arguments[index].get<std::int64_t>();
  }
  [[nodiscard]] bool flag(std::size_t index) const { return arguments[index].get<bool>(); }
};

struct Function {
  std::string_view name;
  /// A letter per argument: s text, i whole number, b true or false, a array, o object, j anything.
  /// `?` behind a letter: it can be absent; `*` at the end: any number of the last kind, or none.
  std::string_view signature;
  Json (*run)(const FunctionCall& call);
};

// The functions of each source file.
[[nodiscard]] std::span<const Function> text_functions();
[[nodiscard]] std::span<const Function> logic_functions();
[[nodiscard]] std::span<const Function> collection_functions();
[[nodiscard]] std::span<const Function> resource_functions();

/// Throws TemplateProblem, which names the function, if there is none of that name.
[[nodiscard]] const Function& find_function(const std::string& name);

/// Throws TemplateProblem if there is no function of that name, including those of Evaluator.
void require_function(const std::string& name);

/// Throws TemplateProblem if the arguments are not as the signature says.
void check_arguments(const Function& function, const std::vector<Json>& arguments);

/// Throws TemplateProblem if `count` is not from `least` to `most`.
void require_count(std::string_view function, std::size_t count, std::size_t least,
                   std::optional<std::size_t> most);

/// The argument at `position`, which counts from 1, is of the wrong kind.
[[noreturn]] void refuse_argument(std::string_view function, std::size_t position,
                                  const std::string& expected, const Json& value);

/// A value as text: a string without quotes, `True` and `False` as .NET writes them, the rest as
/// JSON.
[[nodiscard]] std::string text_of(const Json& value);

}  // namespace dynsessions::control_plane_templates
