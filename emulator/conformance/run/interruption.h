#pragma once

namespace dynsessions::conformance {

/// Ctrl-C and SIGTERM for as long as the object lives: the first one is remembered, so that
/// sessions can be deleted and reports be written; the next one ends the program at once. One at a
/// time.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  [[nodiscard]] static bool was_asked_for();
};

}  // namespace dynsessions::conformance
