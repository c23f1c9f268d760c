#include "emulator/execution/scripted_workspace.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>

#include "emulator/base/offload.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

ScriptedWorkspace::ScriptedWorkspace(Script script, asio::thread_pool* file_pool)
    : script_(std::move(script)),
      file_pool_(file_pool),
      path_(std::filesystem::temp_directory_path() / "dynsessions-scripted-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  }
  data_directory_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

ScriptedWorkspace::~ScriptedWorkspace() { remove_files(); }

asio::awaitable<Result<ExecutionResult>> ScriptedWorkspace::execute(ExecutionRequest request) {
  co_return co_await script_(std::move(request));
}

asio::awaitable<void> ScriptedWorkspace::stop() {
  auto work = [this] { remove_files(); };
  if (file_pool_ == nullptr) {
    work();
  } else {
    co_await offload(*file_pool_, std::move(work));
  }
}

void ScriptedWorkspace::remove_files() noexcept {
  std::error_code ignored;  // a leftover in the temporary directory is all that can go wrong
  if (!path_.empty()) std::filesystem::remove_all(std::exchange(path_, {}), ignored);
}

asio::awaitable<Result<std::unique_ptr<Workspace>>> ScriptedWorkspaceFactory::create() {
  std::unique_ptr<Workspace> workspace = std::make_unique<ScriptedWorkspace>(script_, file_pool_);
  co_return workspace;
}

}  // namespace dynsessions::execution
