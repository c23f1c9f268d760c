#include "emulator/execution/sandboxed_workspace.h"

#include <exception>
#include <utility>

#include "emulator/base/spawn.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

using sandbox::RequestKind;

SandboxedWorkspace::SandboxedWorkspace(const SandboxServices& services, std::uint64_t sandbox_id)
    : services_(services),
      sandbox_id_(sandbox_id),
      interpreters_{SandboxedInterpreter(services_, sandbox_id, Kernel::synchronous),
                    SandboxedInterpreter(services_, sandbox_id, Kernel::asynchronous),
                    SandboxedInterpreter(services_, sandbox_id, Kernel::empty)} {}

SandboxedWorkspace::~SandboxedWorkspace() {
  if (!stopped_) services_.launcher.post(RequestKind::destroy_sandbox, sandbox_id_);
}

asio::awaitable<Result<std::unique_ptr<Workspace>>> SandboxedWorkspace::create(
    const SandboxServices& services) {
  auto made = co_await make(services);
  if (!made) co_return made.error();
  co_return co_await start(*std::move(made));
}

asio::awaitable<Result<SandboxedWorkspace::Pointer>> SandboxedWorkspace::make(
    const SandboxServices& services) {
  Pointer workspace(new SandboxedWorkspace(services, services.launcher.new_sandbox_id()));
  auto made = co_await workspace->make_sandbox();
  if (!made) co_return made.error();
  co_return workspace;
}

asio::awaitable<Result<std::unique_ptr<Workspace>>> SandboxedWorkspace::start(Pointer workspace) {
  auto started = co_await workspace->interpreters_[index_of(Kernel::synchronous)].start();
  if (!started) {
    co_await workspace->stop();
    co_return started.error();
  }
  co_return std::unique_ptr<Workspace>(std::move(workspace));
}

asio::awaitable<Result<void>> SandboxedWorkspace::make_sandbox() {
  auto directory = co_await services_.launcher.create_sandbox(services_.profile, sandbox_id_);
  if (!directory) {
    stopped_ = true;  // the launcher leaves nothing half-made
    co_return directory.error();
  }
  data_directory_ = *std::move(directory);
  co_return Result<void>();
}

asio::awaitable<Result<ExecutionResult>> SandboxedWorkspace::execute(ExecutionRequest request) {
  auto& interpreter = interpreters_[index_of(request.kernel)];
  return interpreter.execute(std::move(request));
}

asio::awaitable<void> SandboxedWorkspace::kill_kernel(Kernel kernel) {
  return interpreters_[index_of(kernel)].kill();
}

bool SandboxedWorkspace::is_alive() const {
  return interpreters_[index_of(Kernel::synchronous)].is_alive();
}

asio::awaitable<void> SandboxedWorkspace::stop() {
  const auto turn = co_await services_.launcher.endings().wait();
  for (SandboxedInterpreter& interpreter : interpreters_) interpreter.expect_kill();
  if (!std::exchange(stopped_, true)) {
    // The request fails only if the launcher is stuck, or gone and the sandbox with it.
    (void)co_await services_.launcher.request(RequestKind::destroy_sandbox, sandbox_id_);
  }
  for (SandboxedInterpreter& interpreter : interpreters_) interpreter.hang_up();
  data_directory_ = UniqueFd();
}

SandboxedWorkspaceFactory::SandboxedWorkspaceFactory(SandboxServices services,
                                                     sandbox::SandboxProfile profile)
    : services_(std::move(services)),
      profile_(std::move(profile)),
      background_ended_(services_.executor) {
  services_.zygote = !profile_.zygote.empty();
  services_.profile = ProfileId{};
}

asio::awaitable<Result<void>> SandboxedWorkspaceFactory::define_profile() {
  while (defining_) co_await background_ended_.wait();
  if (services_.profile != ProfileId{}) co_return Result<void>();
  defining_ = true;
  auto defined = co_await services_.launcher.define_profile(profile_);
  defining_ = false;
  background_ended_.notify();
  if (!defined) co_return defined.error();
  services_.profile = *defined;
  co_return Result<void>();
}

asio::awaitable<Result<std::unique_ptr<Workspace>>> SandboxedWorkspaceFactory::create() {
  auto defined = co_await define_profile();
  if (!defined) co_return defined.error();
  auto creation =
      spare_ ? SandboxedWorkspace::start(std::move(spare_)) : SandboxedWorkspace::create(services_);
  auto workspace = co_await std::move(creation);
  keep_spare();  // not earlier, because the launcher handles requests in order
  co_return workspace;
}

asio::awaitable<void> SandboxedWorkspaceFactory::stop() {
  stopped_ = true;
  while (making_spare_ || defining_) co_await background_ended_.wait();
  if (spare_) co_await spare_->stop();
  spare_.reset();
  if (services_.profile != ProfileId{}) services_.launcher.forget_profile(services_.profile);
}

void SandboxedWorkspaceFactory::keep_spare() {
  if (!services_.zygote || spare_ || making_spare_ || stopped_) return;
  making_spare_ = true;
  spawn(services_.executor, make_spare());
}

/// A failure is reported by the next create(), which then makes a sandbox itself.
asio::awaitable<void> SandboxedWorkspaceFactory::make_spare() {
  auto made = co_await SandboxedWorkspace::make(services_);
  making_spare_ = false;
  background_ended_.notify();
  if (made) spare_ = *std::move(made);
}

}  // namespace dynsessions::execution
