#include <array>
#include <charconv>

#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/template_error.h"

/// Comparisons, conversions and sums. `if`, `and`, `or` and `coalesce` are in Evaluator, which does
/// not evaluate all of their arguments.
namespace dynsessions::control_plane_templates {
namespace {

Json not_function(const FunctionCall& call) { return !call.flag(0); }
Json true_function(const FunctionCall&) { return true; }
Json false_function(const FunctionCall&) { return false; }
Json null_function(const FunctionCall&) { return nullptr; }
Json equals_function(const FunctionCall& call) { return call[0] == call[1]; }

/// Compares two texts or two whole numbers. Returns a negative number if the first is less.
int compare(const FunctionCall& call) {
  if (call[0].is_number_integer() && call[1].is_number_integer()) {
    return call.number(0) < call.number(1) ? -1 : int(call.number(0) > call.number(1));
  }
  if (call[0].is_string() && call[1].is_string()) return call.text(0).compare(call.text(1));
  throw TemplateProblem("Only two texts or two whole numbers can be compared, not '" +
                        kind_of(call[0]) + "' and '" + kind_of(call[1]) + "'");
}

Json less(const FunctionCall& call) { return compare(call) < 0; }
Json less_or_equals(const FunctionCall& call) { return compare(call) <= 0; }
Json greater(const FunctionCall& call) { return compare(call) > 0; }
Json greater_or_equals(const FunctionCall& call) { return compare(call) >= 0; }

Json bool_function(const FunctionCall& call) {
  if (call[0].is_boolean()) return call[0];
  if (call[0].is_number_integer()) return call.number(0) != 0;
  if (call[0].is_string() && equal_names(call.text(0), "true")) return true;
  if (call[0].is_string() && equal_names(call.text(0), "false")) return false;
  refuse_argument("bool", 1, "Boolean", call[0]);
}

Json int_function(const FunctionCall& call) {
  if (call[0].is_number_integer()) return call[0];
  if (!call[0].is_string()) refuse_argument("int", 1, "Integer", call[0]);
  const std::string& text = call.text(0);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  throw TemplateProblem("The template function 'int' expects the text of a whole number");
}

template <bool (*Calculate)(std::int64_t, std::int64_t, std::int64_t*)>
Json calculated(const FunctionCall& call) {
  std::int64_t result = 0;
  if (Calculate(call.number(0), call.number(1), &result)) return result;
  throw TemplateProblem("A whole number is divided by 0, or the result has more than 64 bits");
}

bool add(std::int64_t a, std::int64_t b, std::int64_t* sum) {
  return !__builtin_add_overflow(a, b, sum);
}
bool subtract(std::int64_t a, std::int64_t b, std::int64_t* difference) {
  return !__builtin_sub_overflow(a, b, difference);
}
bool multiply(std::int64_t a, std::int64_t b, std::int64_t* product) {
  return !__builtin_mul_overflow(a, b, product);
}
bool can_divide(std::int64_t a, std::int64_t b) { return b != 0 && !(a == INT64_MIN && b == -1); }
bool divide(std::int64_t a, std::int64_t b, std::int64_t* quotient) {
  if (!can_divide(a, b)) return false;
  *quotient = a / b;
  return true;
}
bool remain(std::int64_t a, std::int64_t b, std::int64_t* remainder) {
  if (!can_divide(a, b)) return false;
  *remainder = a % b;
  return true;
}

constexpr std::array<Function, 16> kLogicFunctions{{{"not", "b", not_function},
                                                    {"true", "", true_function},
                                                    {"false", "", false_function},
                                                    {"null", "", null_function},
                                                    {"equals", "jj", equals_function},
                                                    {"less", "jj", less},
                                                    {"lessOrEquals", "jj", less_or_equals},
                                                    {"greater", "jj", greater},
                                                    {"greaterOrEquals", "jj", greater_or_equals},
                                                    {"bool", "j", bool_function},
                                                    {"int", "j", int_function},
                                                    {"add", "ii", calculated<add>},
                                                    {"sub", "ii", calculated<subtract>},
                                                    {"mul", "ii", calculated<multiply>},
                                                    {"div", "ii", calculated<divide>},
                                                    {"mod", "ii", calculated<remain>}}};

}  // namespace

std::span<const Function> logic_functions() { return kLogicFunctions; }

}  // namespace dynsessions::control_plane_templates
