#include "sandbox/process/step.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

struct Journal {
  std::vector<std::string> done;
  int failing = 0;  ///< the number of the step that fails; 0 if none does
};

StepResult note(Journal& journal, const char* name, int number) {
  if (journal.failing == number) return {ENOSPC, "here"};
  journal.done.emplace_back(name);
  return {};
}

constexpr Step<Journal> kSteps[] = {{"first", [](Journal& j) { return note(j, "first", 1); }},
                                    {"second", [](Journal& j) { return note(j, "second", 2); }},
                                    {"third", [](Journal& j) { return note(j, "third", 3); }}};

}  // namespace

TEST_CASE("steps run in the order of their table", "[steps]") {
  Journal journal;
  CHECK_FALSE(run_steps<Journal>(kSteps, journal));
  CHECK(journal.done == std::vector<std::string>{"first", "second", "third"});
}

TEST_CASE("the first failure ends the table and is named", "[steps]") {
  Journal journal;
  journal.failing = 2;
  const StepFailure failure = run_steps<Journal>(kSteps, journal);
  REQUIRE(failure);
  CHECK(std::string(failure.step) == "second");
  CHECK(std::string(failure.detail) == "here");
  CHECK(failure.error_number == ENOSPC);
  CHECK(journal.done == std::vector<std::string>{"first"});
}

TEST_CASE("a negative result is its errno", "[steps]") {
  errno = EXDEV;
  CHECK(checked(-1).error_number == EXDEV);
  CHECK(checked(0).ok());
  CHECK(checked(17).ok());
}

}  // namespace dynsessions::sandbox
