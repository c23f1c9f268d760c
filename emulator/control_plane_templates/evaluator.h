#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/control_plane_templates/deployment_scope.h"
#include "emulator/control_plane_templates/expression.h"
#include "emulator/control_plane_templates/limits.h"
#include "emulator/control_plane_templates/member.h"

namespace dynsessions::control_plane_templates {

/// Resources as GET answers them, by their ids in lower case: what `reference` reads.
using References = std::map<std::string, Json>;

/// The iterations in which something is evaluated, the innermost last.
struct Iteration {
  std::string loop;  ///< name of the copy loop
  std::size_t index = 0;
};
using Iterations = std::vector<Iteration>;

/// Evaluates values of one template. Work and nesting are bounded (limits.h), so no template takes
/// long. Every function throws TemplateProblem for a mistake of the template. Functions of the
/// language are in functions/; this class has the parts that they share.
class Evaluator {
 public:
  explicit Evaluator(DeploymentScope scope) : scope_(std::move(scope)) {}

  /// Values of the request, and default values of the template. `defaults` and variables are
  /// evaluated when they are first used.
  void define_parameters(const Json& values, Json defaults);
  void define_variables(Json variables) { variables_.unevaluated = std::move(variables); }
  /// Names by which the template calls its resources (symbols, full names) and their ids.
  void define_resources(std::map<std::string, std::string> ids) { resource_ids_ = std::move(ids); }
  /// Sets the resources that the function `reference` reads. They must outlive the evaluation. If
  /// none are set, `reference` is an error, because the resources do not exist yet.
  void set_references(const References* references) { references_ = references; }
  void set_iterations(Iterations iterations) { iterations_ = std::move(iterations); }
  [[nodiscard]] const Iterations& iterations() const { return iterations_; }

  /// The value with all expressions in it evaluated, and its `copy` members unrolled.
  [[nodiscard]] Json evaluate(const Json& value);
  [[nodiscard]] Json evaluate(const Expression& expression);
  /// The value, which must be of the kind. `place` is for the message: "the name of a resource".
  [[nodiscard]] std::string evaluate_text(const Json& value, const std::string& place);
  [[nodiscard]] bool evaluate_condition(const Json& value, const std::string& place);
  [[nodiscard]] std::size_t evaluate_copy_count(const Json& value, const std::string& loop);

  // For functions and copy loops.
  [[nodiscard]] const DeploymentScope& scope() const { return scope_; }
  [[nodiscard]] Json parameter(const std::string& name) { return defined(parameters_, name); }
  [[nodiscard]] Json variable(const std::string& name) { return defined(variables_, name); }
  [[nodiscard]] Json copy_index(const std::string& loop, std::int64_t offset) const;
  /// `which` is an id, or a name of a resource of the template. The resource's `properties`, or all
  /// of it.
  [[nodiscard]] Json reference(const std::string& which, bool is_full);
  /// Returns the id of the resource that the template calls `name`; `name` itself if there is no
  /// such resource.
  [[nodiscard]] std::string resource_id_of(const std::string& name) const;
  /// Counts bytes of work. Throws when limits::kEvaluationBytes are used up.
  void spend(std::size_t bytes);

 private:
  friend class ScopedIteration;
  class Level;
  class OpenDefinition;

  /// Named values of the template; names are in lower case.
  struct Definitions {
    std::string what;  ///< "parameter" or "variable"
    Json unevaluated = Json::object();
    std::map<std::string, Json> known = {};
    std::set<std::string> open = {};  ///< names that are being evaluated
  };

  [[nodiscard]] Json evaluate_string(const std::string& text);
  [[nodiscard]] Json evaluate_object(const Json& object);
  [[nodiscard]] Json call(const Expression& call);
  [[nodiscard]] std::optional<Json> call_lazily(const Expression& call);
  [[nodiscard]] Json access(const Expression& access);
  [[nodiscard]] Json defined(Definitions& definitions, const std::string& name);
  [[nodiscard]] Json evaluate_definition(const Definitions& definitions, const std::string& name);
  [[nodiscard]] Json weighed(Json value);

  DeploymentScope scope_;
  Definitions parameters_{"parameter"};
  Definitions variables_{"variable"};
  std::map<std::string, std::string> resource_ids_;
  const References* references_ = nullptr;
  Iterations iterations_;
  std::size_t depth_ = 0;
  std::size_t spent_ = 0;
};

/// Adds an iteration while the object exists.
class ScopedIteration {
 public:
  ScopedIteration(Evaluator& evaluator, std::string loop, std::size_t index)
      : evaluator_(evaluator) {
    evaluator_.iterations_.push_back({std::move(loop), index});
  }
  ScopedIteration(const ScopedIteration&) = delete;
  ScopedIteration& operator=(const ScopedIteration&) = delete;
  ~ScopedIteration() { evaluator_.iterations_.pop_back(); }

 private:
  Evaluator& evaluator_;
};

}  // namespace dynsessions::control_plane_templates
