#include "emulator/control_plane_templates/reference_finder.h"

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/control_plane_templates/copy_loop.h"
#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

/// Cost of a visit to a value, in bytes of the evaluation limit: nested loops visit values often.
constexpr std::size_t kVisit = 64;

class Finder {
 public:
  explicit Finder(Evaluator& evaluator) : evaluator_(evaluator) {}

  void look_at(const Json& value) {
    evaluator_.spend(kVisit);
    if (value.is_string()) look_at_text(value.get_ref<const std::string&>());
    if (value.is_object()) {
      for (const PropertyCopy& copy : property_copies(value)) look_at_copy(copy);
      if (const auto copy = output_copy(value)) look_at_copy(*copy);
    }
    if (!value.is_structured()) return;
    for (const Json& part : value) look_at(part);
  }

  std::set<std::string> take() { return std::move(found_); }

 private:
  void look_at_text(const std::string& text) {
    evaluator_.spend(text.size());
    if (const auto expression = expression_in(text)) look_at(parse_expression(*expression));
  }

  /// Visits every iteration, because the argument of `reference` can contain its number.
  void look_at_copy(const PropertyCopy& copy) {
    const std::size_t count = evaluator_.evaluate_copy_count(copy.count, copy.name);
    for (std::size_t index = 0; index < count; ++index) {
      const ScopedIteration iteration(evaluator_, copy.name, index);
      look_at(copy.input);
    }
  }

  void look_at(const Expression& expression) {
    for (const Expression& part : expression.parts) look_at(part);
    if (expression.kind != Expression::Kind::call) return;
    require_function(expression.text);
    if (!equal_names(expression.text, "reference") || expression.parts.empty()) return;
    try {
      const Json name = evaluator_.evaluate(expression.parts.front());
      if (!name.is_string()) return;
      const std::string id = evaluator_.resource_id_of(name.get<std::string>());
      found_.insert(boost::algorithm::to_lower_copy(id));
    } catch (const TemplateProblem&) {
      // The expression might never be evaluated; otherwise the evaluation reports the problem.
    }
  }

  Evaluator& evaluator_;
  std::set<std::string> found_;
};

}  // namespace

std::set<std::string> find_references(Evaluator& evaluator, const Json& value) {
  Finder finder(evaluator);
  finder.look_at(value);
  return finder.take();
}

}  // namespace dynsessions::control_plane_templates
