#pragma once

#include "sandbox/process/step.h"

/// Steps that every kind of child needs between clone and exec; under the rules of step.h.
namespace dynsessions::sandbox {

/// The numbers that an interpreter finds its descriptors under.
inline constexpr int kControlFd = 3;
inline constexpr int kReportFd = 4;  ///< until it starts; see child_report.h

[[noreturn]] void report_and_exit(int report, const StepFailure& failure);

/// The descriptors of a child, in its parent's numbering.
struct Descriptors {
  int& report;  ///< becomes kReportFd, close-on-exec
  int control;
  int standard_output;
  int standard_error;
};
/// 0 stays; 1, 2 and 3 as named, 4 reports; all others are closed.
StepResult arrange_descriptors(const Descriptors& descriptors);
StepResult unblock_signals();

}  // namespace dynsessions::sandbox
