#pragma once

namespace dynsessions::conformance {

/// Handles Ctrl-C and SIGTERM as long as the object lives. The first signal is remembered, so that
/// sessions can be deleted and reports can be written; the next signal ends the program at once.
/// Only one object at a time.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  [[nodiscard]] static bool was_requested();
};

}  // namespace dynsessions::conformance
