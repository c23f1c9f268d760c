#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "emulator/base/result.h"

namespace dynsessions::control_plane_templates {

/// Why a template is refused, in ARM's words: the members of its `error` object. The code
/// `InvalidTemplate` is that of api-spec/CONTROL-PLANE.md section 7; the messages follow what users
/// quote from the service, without its line numbers. None was recorded.
struct TemplateError {
  std::string code;
  std::string message;
};

template <typename T>
using Checked = Result<T, TemplateError>;

/// Called by Result::value() if the result holds an error, which is a bug of the caller.
[[noreturn]] inline void throw_exception_from_error(const TemplateError& error,
                                                    const boost::source_location&) {
  throw std::logic_error("unchecked template error: " + error.message);
}

/// Ends a recursive evaluation inside this library. checked() catches it, so callers of the library
/// receive a TemplateError.
class TemplateProblem : public std::runtime_error {
 public:
  TemplateProblem(std::string code, const std::string& message)
      : std::runtime_error(message), code_(std::move(code)) {}
  /// `InvalidTemplate`, with the sentence that the service puts in front of a reason.
  explicit TemplateProblem(const std::string& why)
      : TemplateProblem("InvalidTemplate",
                        "Deployment template validation failed: '" + why + "'.") {}

  [[nodiscard]] TemplateError error() const { return {code_, what()}; }

 private:
  std::string code_;
};

/// Returns the result of `make`, or the error of the TemplateProblem that it throws.
template <typename Make>
auto checked(const Make& make) -> Checked<decltype(make())> {
  try {
    return make();
  } catch (const TemplateProblem& problem) {
    return problem.error();
  }
}

}  // namespace dynsessions::control_plane_templates
