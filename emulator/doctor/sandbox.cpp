#include "emulator/doctor/sandbox.h"

#include <array>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "emulator/core/clock.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/sandboxed_workspace.h"

namespace dynsessions::doctor {
namespace asio = boost::asio;

using sandbox::RequestKind;

namespace {

struct Cure {
  std::string_view step;  ///< its beginning
  const char* cure;
};

constexpr const char* kNamespaces =
    "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
    "user.max_user_namespaces above 0; Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0), "
    "or run as root; in Docker: --privileged";
constexpr const char* kBelow = "look at the folders of --python: each must be there for all users";

/// By the names in sandbox/; the last row is for all that nobody met yet.
constexpr std::array kCures = {
    Cure{"unshare", kNamespaces},
    Cure{"clone", kNamespaces},
    Cure{"map ids", kNamespaces},
    Cure{"isolate mounts", kNamespaces},
    Cure{"mount tmpfs", "--data-quota-mb must fit into memory"},
    Cure{"mount", kNamespaces},
    Cure{"new root", kNamespaces},
    Cure{"change root", kNamespaces},
    Cure{"enter", kNamespaces},
    Cure{"open tree", kBelow},
    Cure{"lay out", kBelow},
    Cure{"egress: tun device",
         "load the module (modprobe tun) and let all users open it (chmod 666 /dev/net/tun); in "
         "Docker: --device /dev/net/tun"},
    Cure{"egress", "slirp4netns must run here; see what it said, or use EgressDisabled"},
    Cure{"execute", "--python must name a program that all users may read and execute"},
    Cure{"limits", "raise the limits that this shell has: ulimit -aH"},
    Cure{"seccomp", "use a kernel with CONFIG_SECCOMP_FILTER; in Docker: seccomp=unconfined"},
    Cure{"",
         "this kernel or container forbids the step: run as root, or in Docker with --privileged"},
};

/// "clone" of "The sandbox could not be set up: clone: Operation not permitted".
std::string_view step_in(std::string_view message) {
  constexpr std::string_view kBefore = ": ";
  const std::size_t found = message.find(kBefore);
  return found == std::string_view::npos ? "" : message.substr(found + kBefore.size());
}

/// What one check needs to go on.
class Examination {
 public:
  Examination(asio::io_context& loop, execution::LauncherClient& launcher)
      : launcher_(launcher),
        clock_(loop.get_executor()),
        real_time_(loop.get_executor()),
        workspaces_({loop.get_executor(), launcher, clock_, real_time_, {}}) {}

  /// Each check stands on the one before it.
  asio::awaitable<void> run() {
    const std::uint64_t id = launcher_.new_sandbox_id();
    auto ready = co_await launcher_.ready();
    if (!note("launcher", "runs, in namespaces of its own", ready)) co_return;
    auto made = co_await launcher_.request(RequestKind::create_sandbox, id);
    if (!note("create sandbox", "with all its layers", made)) co_return;
    auto started = co_await launcher_.request(RequestKind::start_interpreter, id);
    if (!note("start interpreter", "and looked at from outside", started)) co_return;
    (void)co_await launcher_.request(RequestKind::destroy_sandbox, id);
    co_await run_program();
  }

  [[nodiscard]] Checks take_checks() { return std::move(checks_); }

 private:
  template <typename Value>
  bool note(const char* name, std::string finding, const Result<Value>& result) {
    if (result) {
      checks_.push_back({"sandbox", name, Verdict::good, std::move(finding), {}});
    } else {
      const Error& error = result.error();
      checks_.push_back({"sandbox", name, Verdict::bad, error.message, cure_of(error)});
    }
    return result.has_value();
  }

  /// A whole session: the agent answers.
  asio::awaitable<void> run_program() {
    auto workspace = co_await workspaces_.create();
    if (!workspace) {
      note("run 6 * 7", {}, workspace);
      co_return;
    }
    execution::ExecutionRequest request{.code = "6 * 7"};
    auto result = co_await (*workspace)->execute(std::move(request));
    note_answer(result);
    co_await (*workspace)->stop();
  }

  void note_answer(const Result<execution::ExecutionResult>& result) {
    if (!result) {
      note("run 6 * 7", {}, result);
      return;
    }
    const auto* text = std::get_if<execution::TextValue>(&result->value);
    if (text != nullptr && text->text == "42") {
      const std::string time = std::to_string(result->duration.count());
      note("run 6 * 7", "gives 42 in " + time + " ms", result);
    } else {
      checks_.push_back({"sandbox", "run 6 * 7", Verdict::bad,
                         "does not give 42: " + result->stderr_text + result->traceback,
                         "see the section environment"});
    }
  }

  execution::LauncherClient& launcher_;
  SystemClock clock_;
  SteadyClock real_time_;
  execution::SandboxedWorkspaceFactory workspaces_;
  Checks checks_;
};

asio::awaitable<void> examine(Examination& examination, execution::LauncherClient& launcher) {
  std::exception_ptr failure;
  try {
    co_await examination.run();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await launcher.stop();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

std::string cure_of(const Error& error) {
  const std::string_view step = step_in(error.message);
  if (step.empty()) return error.reason;
  for (const Cure& row : kCures) {
    if (step.starts_with(row.step)) return row.cure;
  }
  return error.reason;
}

Checks check_sandbox(const std::string& launcher, const sandbox::LaunchSpec& spec) {
  asio::io_context loop(1);
  execution::LauncherClient client(loop.get_executor());
  client.start(launcher, spec);
  Examination examination(loop, client);
  std::exception_ptr failure;
  asio::co_spawn(loop, examine(examination, client),
                 [&failure](std::exception_ptr exception) { failure = std::move(exception); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return examination.take_checks();
}

}  // namespace dynsessions::doctor
