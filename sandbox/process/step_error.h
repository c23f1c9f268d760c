#pragma once

#include <stdexcept>
#include <string>

namespace dynsessions::sandbox {

/// The failure of a step, with its name and errno.
class StepError : public std::runtime_error {
 public:
  StepError(const std::string& step, int error_number)
      : std::runtime_error(step), error_number_(error_number) {}
  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

}  // namespace dynsessions::sandbox
