#include "emulator/conformance/run/checkpoint.h"

#include <filesystem>

#include <unistd.h>

#include "emulator/conformance/cases/case_loader.h"
#include "tests/support/catch.h"
#include "tests/unit/conformance/cases/sample_case.h"

namespace dynsessions::conformance {
namespace {

/// A path in a temporary directory that is removed with the object.
class TemporaryPath {
 public:
  TemporaryPath() {
    std::string directory = (std::filesystem::temp_directory_path() / "checkpoint-XXXXXX").string();
    if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = directory;
  }
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  ~TemporaryPath() { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string text() const { return (directory_ / "checkpoint").string(); }

 private:
  std::filesystem::path directory_;
};

Case sample() { return parse_cases(sample_file(), Json::object()).front(); }

CaseOutcome different(const Case& one) {
  return {one,
          Verdict::different,
          {{"$.who", "\"a\"", "\"b\"", 2, 1}},
          "curl x",
          std::chrono::milliseconds(7)};
}

TEST_CASE("the outcome of a case can be read after the program has ended", "[conformance]") {
  const TemporaryPath path;
  Checkpoint(path.text(), "a pool").keep(different(sample()));
  const auto kept = Checkpoint(path.text(), "a pool").outcome_of(sample());
  REQUIRE(kept);
  CHECK(kept->verdict == Verdict::different);
  CHECK(kept->differences.front().place() == "step 2.1, $.who");
  CHECK(kept->curl == "curl x");
  CHECK(kept->duration == std::chrono::milliseconds(7));
}

TEST_CASE("a case that was changed since, or was not run, is run", "[conformance]") {
  const TemporaryPath path;
  Checkpoint checkpoint(path.text(), "a pool");
  checkpoint.keep(different(sample()));
  Case changed = sample();
  changed.steps.front().exchanges.front().expect["status"] = 418;
  checkpoint.keep(CaseOutcome::not_run(changed, NotRun::budget));
  const Checkpoint again(path.text(), "a pool");
  CHECK(again.outcome_of(sample()));
  CHECK_FALSE(again.outcome_of(changed));
}

TEST_CASE("a line that was cut off is dropped", "[conformance]") {
  const TemporaryPath path;
  Checkpoint(path.text(), "a pool").keep(different(sample()));
  std::filesystem::resize_file(path.text(), std::filesystem::file_size(path.text()) - 5);
  CHECK_FALSE(Checkpoint(path.text(), "a pool").outcome_of(sample()));
}

TEST_CASE("a checkpoint of another target, or a file that is none, is refused and left alone",
          "[conformance]") {
  const TemporaryPath path;
  Checkpoint(path.text(), "a pool").keep(different(sample()));
  CHECK_THROWS_AS(Checkpoint(path.text(), "another pool"), CheckpointError);
  CHECK(Checkpoint(path.text(), "a pool").outcome_of(sample()));
}

TEST_CASE("the endpoint is not in a checkpoint", "[conformance]") {
  const TemporaryPath path;
  Checkpoint(path.text(), "https://host/pool").keep(different(sample()));
  std::ifstream file(path.text());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text.find("host") == std::string::npos);
}

}  // namespace
}  // namespace dynsessions::conformance
