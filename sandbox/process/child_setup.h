#pragma once

#include "sandbox/process/step.h"

/// Steps that every kind of child needs between clone and exec; under the rules of step.h.
namespace dynsessions::sandbox {

/// Numbers of an interpreter's descriptors.
inline constexpr int kControlFd = 3;
inline constexpr int kReportFd = 4;  ///< open until the interpreter starts; see child_report.h

[[noreturn]] void report_and_exit(int report, const StepFailure& failure);

/// The descriptors of a child, with their numbers in its parent.
struct Descriptors {
  int& report;  ///< becomes kReportFd, close-on-exec
  int control;
  int standard_output;
  int standard_error;
};
/// Leaves 0 as it is, puts 1, 2 and 3 as named, makes 4 the report socket, and closes all others.
StepResult arrange_descriptors(const Descriptors& descriptors);
StepResult unblock_signals();

}  // namespace dynsessions::sandbox
