#include <cstdlib>

#include "emulator/app/engine_settings.h"
#include "emulator/base/clock.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/sandboxed_workspace.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

/// The kernels of a session with the real launcher, the real agent and IPython. Deadlines pass when
/// the test moves the clock.
namespace dynsessions::execution::test {
namespace {

using dynsessions::test::Task;
using dynsessions::test::TestLoop;

/// The same tests run with and without a zygote.
// NOLINTNEXTLINE(concurrency-mt-unsafe): before threads
const bool kStartsInterpreters = std::getenv("DYNSESSIONS_NO_ZYGOTE") != nullptr;

class KernelsFixture {
 public:
  explicit KernelsFixture(std::uint32_t max_processes = 256) {
    config::Config config;
    config.pool.max_processes = max_processes;
    config.host.no_zygote = kStartsInterpreters;
    const runtimes::Installation installation{SANDBOX_LAUNCHER, INTERPRETER_AGENT, SESSION_PYTHON};
    const runtimes::PythonRuntime python(python_settings(config.host), installation,
                                         sandbox::Tier::full);
    launcher_.start(SANDBOX_LAUNCHER, launcher_spec(config.host, sandbox::Tier::full));
    REQUIRE(loop_.run(launcher_.ready()));
    const auto profile =
        loop_.run(launcher_.define_profile(python.profile_for(config.pool).value()));
    REQUIRE(profile);
    services_.profile = *profile;
    auto made = loop_.run(SandboxedWorkspace::create(services_));
    INFO((made ? "" : made.error().message));
    REQUIRE(made);
    workspace_ = std::move(*made);
  }
  ~KernelsFixture() {
    loop_.run(workspace_->stop());
    loop_.run(launcher_.stop());
  }

  Task<Result<ExecutionResult>> start(Kernel kernel, const std::string& code) {
    ExecutionRequest request{.code = code, .kernel = kernel, .timeout = kTimeout};
    return loop_.start(workspace_->execute(std::move(request)));
  }
  ExecutionResult finish(const Task<Result<ExecutionResult>>& task) {
    auto result = loop_.finish(task);
    INFO((result ? "" : result.error().message));
    REQUIRE(result);
    return std::move(*result);
  }
  ExecutionResult execute(Kernel kernel, const std::string& code) {
    return finish(start(kernel, code));
  }
  /// Starts a program that makes the file /mnt/data/running, and waits until it is there. The
  /// kernel that waits is started first, because during a fork storm its start takes minutes on a
  /// slow machine.
  Task<Result<ExecutionResult>> start_running(Kernel kernel, const std::string& code) {
    execute(Kernel::empty, "");
    auto task = start(kernel, code);
    const ExecutionResult seen = execute(Kernel::empty,
                                         "import os, time\n"
                                         "while not os.path.exists('/mnt/data/running'):\n"
                                         "    time.sleep(0.005)\n");
    REQUIRE(seen.outcome == ExecutionOutcome::succeeded);
    return task;
  }
  void pass_timeout() { clock_.advance(kTimeout); }
  void pass_end_timeout() {
    loop_.run_until([this] { return real_time_.has_timers(); });
    real_time_.advance(services_.limits.interrupt_grace);
  }

 private:
  static constexpr std::chrono::seconds kTimeout{30};
  TestLoop loop_;
  SteadyClock launcher_time_{loop_.executor()};
  LauncherClient launcher_{loop_.executor(), launcher_time_};
  ManualClock clock_{Clock::TimePoint(std::chrono::seconds(1'700'000'000))};
  ManualClock real_time_{Clock::TimePoint()};
  boost::asio::thread_pool file_pool_{1};
  Spool spool_{file_pool_};
  TimedSemaphore first_programs_{loop_.executor(), launcher_time_, 8,
                                 std::chrono::milliseconds(10)};
  SandboxServices services_{loop_.executor(), launcher_,       clock_, real_time_,
                            spool_,           first_programs_, {},     !kStartsInterpreters};
  std::unique_ptr<Workspace> workspace_;
};

constexpr const char* kAnnounce = "open('/mnt/data/running', 'w').close()\n";

}  // namespace

TEST_CASE("kernels share files, not variables", "[kernels]") {
  KernelsFixture session;
  REQUIRE(session.execute(Kernel::synchronous, "x = 1; open('/mnt/data/f', 'w').write('here')")
              .outcome == ExecutionOutcome::succeeded);
  for (const Kernel kernel : {Kernel::asynchronous, Kernel::empty}) {
    const ExecutionResult named = session.execute(kernel, "x");
    CHECK(named.outcome == ExecutionOutcome::raised);
    CHECK_THAT(named.traceback.in_memory(), Catch::Contains("NameError"));
    CHECK(session.execute(kernel, "print(open('/mnt/data/f').read())").stdout_text == "here\n");
    session.execute(kernel, "x = 2");
  }
  CHECK(session.execute(Kernel::synchronous, "print(x)").stdout_text == "1\n");
}

TEST_CASE("a program in one kernel can be waited for in another", "[kernels]") {
  KernelsFixture session;
  auto waiting = session.start(Kernel::asynchronous,
                               "import os, time\n"
                               "while not os.path.exists('/mnt/data/go'): time.sleep(0.005)\n"
                               "print('gone')");
  CHECK_FALSE(waiting.done());
  session.execute(Kernel::synchronous, "open('/mnt/data/go', 'w').close()");
  CHECK(session.finish(waiting).stdout_text == "gone\n");
}

TEST_CASE("the worst behaviour of one kernel costs the others nothing", "[kernels][hostile]") {
  struct Row {
    const char* what;
    const char* code;
  };
  const auto row = GENERATE(values<Row>({
      {"ignores the interrupt",
       "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [2])\n"
       "while True: pass\n"},
      {"forks without end, each child in a new process session",
       "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [2])\n"
       "me = os.getpid()\n"
       "while True:\n"
       "    try:\n"
       "        if os.fork() == 0: os.setsid()\n"
       "        elif os.getpid() != me: os._exit(0)\n"
       "    except OSError: pass\n"},
      {"signals everybody",
       "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [2])\n"
       "while True:\n"
       "    for pid in range(1, 400):\n"
       "        for number in (signal.SIGSTOP, signal.SIGKILL):\n"
       "            try:\n"
       "                if pid != os.getpid(): os.kill(pid, number)\n"
       "            except OSError: pass\n"},
  }));
  DYNAMIC_SECTION(row.what) {
    KernelsFixture session(40);
    session.execute(Kernel::synchronous, "x = 'still here'");
    auto task =
        session.start_running(Kernel::asynchronous, std::string("y = 1\n") + kAnnounce + row.code);
    CHECK(session.execute(Kernel::synchronous, "print(x)").stdout_text == "still here\n");
    session.pass_timeout();
    session.pass_end_timeout();
    CHECK(session.finish(task).outcome == ExecutionOutcome::timed_out_restarted);
    CHECK(session.execute(Kernel::asynchronous, "y").outcome == ExecutionOutcome::raised);
    CHECK(session.execute(Kernel::synchronous, "print(x)").stdout_text == "still here\n");
  }
}

TEST_CASE("a kernel that ends itself takes its daemons along and leaves the others",
          "[kernels][hostile]") {
  KernelsFixture session;
  session.execute(Kernel::synchronous, "x = 1");
  const ExecutionResult died =
      session.execute(Kernel::asynchronous,
                      "import os, time\n"
                      "if os.fork() == 0:\n"
                      "    os.setsid()\n"
                      "    while True: open('/mnt/data/beat', 'w').write(str(time.time_ns()))\n"
                      "while not os.path.exists('/mnt/data/beat'): time.sleep(0.005)\n"
                      "os._exit(3)");
  CHECK(died.outcome == ExecutionOutcome::interpreter_died);
  // The answer arrived after the kernel's restart, so nothing of the old kernel is left.
  const std::string read = "print(open('/mnt/data/beat').read())";
  const SpooledText before = session.execute(Kernel::synchronous, read).stdout_text;
  session.execute(Kernel::asynchronous, "import time; time.sleep(0.05)");
  CHECK(session.execute(Kernel::synchronous, read).stdout_text == before);
  CHECK(session.execute(Kernel::synchronous, "print(x)").stdout_text == "1\n");
}

}  // namespace dynsessions::execution::test
