#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynsessions::control_plane_templates {

/// One expression of the template language: `concat('a', parameters('b').c[0])`.
struct Expression {
  enum class Kind {
    text,    ///< 'a'
    number,  ///< 5
    call,    ///< f(x, y): `text` is the function's name, `parts` are the arguments
    access,  ///< x.y, x[y]: `parts` are the object and the key
  };
  Kind kind = Kind::text;
  std::string text = {};
  std::int64_t number = 0;
  std::vector<Expression> parts = {};
};

/// Returns the expression in a text of a template, which is in brackets; nullopt if the text is no
/// expression. `[[…]` stands for a text that begins with one bracket.
[[nodiscard]] std::optional<std::string_view> expression_in(std::string_view text);

/// The meaning of a text that is no expression.
[[nodiscard]] std::string_view literal_of(std::string_view text);

/// Parses what stands between the brackets. Throws TemplateProblem if the text is not a valid
/// expression, is longer than limits::kExpressionBytes or nested deeper than
/// limits::kExpressionDepth.
[[nodiscard]] Expression parse_expression(std::string_view text);

}  // namespace dynsessions::control_plane_templates
