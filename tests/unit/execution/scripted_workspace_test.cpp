#include "emulator/execution/scripted_workspace.h"

#include <filesystem>

#include <fcntl.h>

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions::execution {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<ExecutionResult>> answer(ExecutionRequest request) {
  if (request.code == "lose") co_return Error{ErrorCode::sandbox_unavailable, "lost", {}, {}};
  ExecutionResult result;
  result.stdout_text = "ran " + request.code;
  co_return result;
}

std::filesystem::path path_of(int directory) {
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(directory));
}

TEST_CASE("a script answers for the program, with a result or an error", "[execution][scripted]") {
  test::TestLoop loop;
  ScriptedWorkspace workspace(answer);
  const auto run = [&](const char* code) {
    ExecutionRequest request{.code = code};
    return loop.run(workspace.execute(std::move(request)));
  };
  CHECK(run("1+1")->stdout_text == "ran 1+1");
  CHECK(run("lose").error().message == "lost");
}

TEST_CASE("files of a scripted workspace are real and its own", "[execution][scripted]") {
  const ScriptedWorkspace one(answer);
  const ScriptedWorkspace other(answer);
  const UniqueFd file(::openat(one.data_directory(), "a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  CHECK(file);
  CHECK(::faccessat(one.data_directory(), "a", F_OK, 0) == 0);
  CHECK(::faccessat(other.data_directory(), "a", F_OK, 0) != 0);
}

TEST_CASE("files of a scripted workspace go with it", "[execution][scripted]") {
  test::TestLoop loop;
  const bool stopped = GENERATE(true, false);
  DYNAMIC_SECTION((stopped ? "when it is stopped" : "when it is destroyed")) {
    auto workspace = std::make_unique<ScriptedWorkspace>(answer);
    const auto path = path_of(workspace->data_directory());
    const UniqueFd file(
        ::openat(workspace->data_directory(), "a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(std::filesystem::exists(path / "a"));
    if (stopped) {
      loop.run(workspace->stop());
    } else {
      workspace.reset();
    }
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("a scripted factory makes a new workspace every time", "[execution][scripted]") {
  test::TestLoop loop;
  ScriptedWorkspaceFactory factory(answer);
  const auto one = loop.run(factory.create());
  const auto other = loop.run(factory.create());
  REQUIRE(one);
  REQUIRE(other);
  CHECK(path_of((*one)->data_directory()) != path_of((*other)->data_directory()));
}

}  // namespace
}  // namespace dynsessions::execution
