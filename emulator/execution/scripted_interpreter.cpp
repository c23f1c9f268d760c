#include "emulator/execution/scripted_interpreter.h"

#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>

#include <system_error>

namespace dynsessions::execution {
namespace asio = boost::asio;

ScriptedInterpreter::ScriptedInterpreter(Script script)
    : script_(std::move(script)),
      path_(std::filesystem::temp_directory_path() / "dynsessions-scripted-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  }
  data_directory_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

ScriptedInterpreter::~ScriptedInterpreter() { remove_files(); }

asio::awaitable<Result<ExecutionResult>> ScriptedInterpreter::execute(ExecutionRequest request) {
  co_return co_await script_(std::move(request));
}

asio::awaitable<void> ScriptedInterpreter::stop() {
  remove_files();
  co_return;
}

void ScriptedInterpreter::remove_files() noexcept {
  std::error_code ignored;  // a leftover in the temporary folder is all that can go wrong
  if (!path_.empty()) std::filesystem::remove_all(std::exchange(path_, {}), ignored);
}

asio::awaitable<Result<std::unique_ptr<Interpreter>>> ScriptedInterpreterFactory::create() {
  std::unique_ptr<Interpreter> interpreter = std::make_unique<ScriptedInterpreter>(script_);
  co_return interpreter;
}

}  // namespace dynsessions::execution
