#include <cstdlib>
#include <set>

#include "emulator/app/engine_settings.h"
#include "emulator/base/clock.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/sandboxed_workspace.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

/// Interpreters that were forked from the real zygote, together with some that were started.
namespace dynsessions::execution::test {
namespace {

using dynsessions::test::TestLoop;

enum class StartKind { forked, started };

/// A launcher whose sessions all get their interpreters in one way.
class Sessions {
 public:
  explicit Sessions(StartKind start_kind,
                    std::vector<std::string> preload = config::Config().host.preload)
      : start_kind_(start_kind) {
    config::Config config;
    config.host.no_zygote = start_kind == StartKind::started;
    config.host.preload = std::move(preload);
    const runtimes::Installation installation{SANDBOX_LAUNCHER, INTERPRETER_AGENT, SESSION_PYTHON};
    const runtimes::PythonRuntime python(python_settings(config.host), installation,
                                         sandbox::Tier::full);
    launcher_.start(SANDBOX_LAUNCHER, launcher_spec(config.host, sandbox::Tier::full));
    REQUIRE(loop_.run(launcher_.ready()));
    const auto profile =
        loop_.run(launcher_.define_profile(python.profile_for(config.pool).value()));
    REQUIRE(profile);
    services_.profile = *profile;
  }
  ~Sessions() { loop_.run(launcher_.stop()); }

  Result<std::unique_ptr<Workspace>> make() {
    return loop_.run(SandboxedWorkspace::create(services_));
  }
  /// Runs the programs in order in a new session and returns their output. Each must succeed or end
  /// its interpreter.
  std::string print(const std::vector<std::string>& programs) {
    auto workspace = make();
    INFO((workspace ? "" : workspace.error().message));
    REQUIRE(workspace);
    if (start_kind_ == StartKind::forked) leave_idle(**workspace);
    std::string printed;
    for (const std::string& code : programs) {
      printed += execute(**workspace, Kernel::synchronous, code);
    }
    loop_.run((*workspace)->stop());
    return printed;
  }

 private:
  std::string execute(Workspace& workspace, Kernel kernel, const std::string& code) {
    ExecutionRequest request{.code = code, .kernel = kernel, .timeout = std::chrono::seconds(30)};
    auto result = loop_.run(workspace.execute(std::move(request)));
    INFO((result ? "" : result.error().message));
    REQUIRE(result);
    INFO(result->traceback.in_memory() << result->stderr_text.in_memory());
    REQUIRE(result->outcome != ExecutionOutcome::raised);
    return result->stdout_text.in_memory();
  }
  /// The first kernel waits long enough to warm up. The test passes even if the kernel does not
  /// warm up.
  void leave_idle(Workspace& workspace) {
    execute(workspace, Kernel::asynchronous, "import time; time.sleep(0.1)");
  }

  const StartKind start_kind_;
  TestLoop loop_;
  SteadyClock launcher_time_{loop_.executor()};
  LauncherClient launcher_{loop_.executor(), launcher_time_};
  ManualClock clock_{Clock::TimePoint(std::chrono::seconds(1'700'000'000))};
  ManualClock real_time_{Clock::TimePoint()};
  boost::asio::thread_pool file_pool_{1};
  Spool spool_{file_pool_};
  TimedSemaphore first_programs_{loop_.executor(), launcher_time_, 8,
                                 std::chrono::milliseconds(10)};
  SandboxServices services_{
      loop_.executor(), launcher_,       clock_, real_time_,
      spool_,           first_programs_, {},     start_kind_ == StartKind::forked};
};

}  // namespace

TEST_CASE("a forked interpreter cannot be distinguished from a started one", "[zygote]") {
  struct Row {
    const char* what;
    const char* code;
  };
  const auto row = GENERATE(values<Row>({
      {"names", "print(list(globals()))"},
      {"history",
       "print(In, Out, _ih, _oh, _dh, [_i, _ii, _iii], repr((_, __, ___)),\n"
       "      get_ipython().execution_count)"},
      {"environment", "import os; print(sorted(os.environ.items()), os.getcwd(), os.umask(0))"},
      {"a child's environment",
       "import subprocess\n"
       "print(subprocess.run('env | sort', shell=True,\n"
       "                     capture_output=True, text=True).stdout)"},
      {"descriptors",
       "import os\n"
       "fds = sorted(int(fd) for fd in os.listdir('/proc/self/fd'))\n"
       "print([(fd, os.readlink(f'/proc/self/fd/{fd}').split(':')[0],\n"
       "        os.get_inheritable(fd)) for fd in fds[:-1]])"},
      {"streams",
       "import sys\n"
       "for s in (sys.stdin, sys.stdout, sys.stderr):\n"
       "    print(s.fileno(), s.seekable(), s.isatty(), s.encoding, s.errors,\n"
       "          type(s).__name__)"},
      {"signals",
       "import signal\n"
       "print([(n, str(signal.getsignal(n)).split(' of ')[0]) for n in\n"
       "       range(1, 65) if n not in (32, 33)], signal.pthread_sigmask(0, []))\n"
       "print([line for line in open('/proc/self/status') if line[:3] == 'Sig'\n"
       "       and line[:4] != 'SigQ'])"},
      {"limits",
       "import resource\n"
       "print([resource.getrlimit(n) for n in range(16)])"},
      {"processes",
       "import os, threading\n"
       "print(os.getpid(), os.getppid(), os.getsid(0), os.getpgrp(), os.getuid(),\n"
       "      os.getgid(), threading.active_count(), threading.get_native_id(),\n"
       "      threading.current_thread() is threading.main_thread(),\n"
       "      sorted(p for p in os.listdir('/proc') if p.isdigit()),\n"
       "      len(os.listdir('/proc/self/task')))"},
      {"who may look", "import os; s = os.stat('/proc/self/environ'); print(s.st_uid, s.st_gid)"},
      {"Python",
       "import gc, sys\n"
       "print(gc.isenabled(), gc.get_threshold(), sys.argv[:2], sys.path, sys.flags,\n"
       "      sys.getrecursionlimit(), sys.executable, hasattr(sys, 'last_value'))"},
      {"files",
       "import subprocess\n"
       "print(subprocess.run('find /tmp /mnt/data /dev/shm | sort', shell=True,\n"
       "                     capture_output=True, text=True).stdout)"},
      {"loops", "import asyncio; print(len(asyncio.all_tasks()), asyncio.get_event_loop())"},
      {"matplotlib",
       "import matplotlib as m, matplotlib.pyplot as plt\n"
       "print(m.get_configdir(), m.get_cachedir(), plt.get_fignums(),\n"
       "      dict(m.rcParams))"},
      {"pandas",
       "import pandas as pd, pandas.io.formats.console as c\n"
       "print(pd.DataFrame({'a': range(3)}), pd.options.display.width,\n"
       "      c.get_console_size(), c.in_ipython_frontend())"},
      {"abort",
       "import os, signal\n"
       "pid = os.fork()\n"
       "if pid == 0: os.abort()\n"
       "print(os.WTERMSIG(os.waitpid(pid, 0)[1]))"},
      {"tempfile", "import tempfile; print(tempfile.gettempdir(), tempfile.tempdir)"},
  }));
  DYNAMIC_SECTION(row.what) {
    Sessions forked(StartKind::forked);
    Sessions started(StartKind::started);
    const std::string printed = started.print({row.code});
    CHECK_FALSE(printed.empty());
    CHECK(forked.print({row.code}) == printed);
  }
}

TEST_CASE("nothing random is shared by sessions of one zygote", "[zygote]") {
  const char* code =
      GENERATE("import random; print(random.random())", "import numpy; print(numpy.random.rand())",
               "import numpy; print(numpy.random.default_rng().random())",
               "import uuid; print(uuid.uuid4())", "import uuid; print(uuid.uuid1())",
               "import secrets; print(secrets.token_hex())", "import os; print(os.urandom(8))",
               "import tempfile; print(tempfile.mktemp())", "import ssl; print(ssl.RAND_bytes(8))",
               "import multiprocessing as m; print(bytes(m.current_process().authkey))",
               "from scipy import stats; print(stats.norm.rvs())");
  DYNAMIC_SECTION(code) {
    Sessions sessions(StartKind::forked, {"numpy", "multiprocessing", "ssl", "uuid", "tempfile"});
    std::set<std::string> printed;
    for (int i = 0; i < 3; ++i) printed.insert(sessions.print({code}));
    CHECK(printed.size() == 3);
  }
}

TEST_CASE("work that needs threads succeeds in a forked interpreter", "[zygote]") {
  Sessions sessions(StartKind::forked);
  CHECK(sessions.print({"import numpy as np, threading\n"
                        "a = np.ones((400, 400)); print((a @ a)[0, 0])\n"
                        "t = threading.Thread(target=lambda: print((a @ a)[1, 1]))\n"
                        "t.start(); t.join()\n"
                        "import multiprocessing as m\n"
                        "with m.get_context('fork').Pool(2) as pool:\n"
                        "    print(pool.map(abs, [-1, -2]))\n"
                        "import pyarrow as pa, pyarrow.compute as pc\n"
                        "print(pc.sum(pa.array(range(1000))))\n"}) ==
        "400.0\n400.0\n[1, 2]\n499500\n");
}

TEST_CASE("a module that is not there is left out", "[zygote]") {
  Sessions sessions(StartKind::forked, {"no_such_module", "json"});
  CHECK(sessions.print({"import sys; print('json' in sys.modules)"}) == "True\n");
}

TEST_CASE("most objects of the preloaded modules are in two regions of memory", "[zygote]") {
  Sessions sessions(StartKind::forked);
  CHECK(sessions.print(
            {"import bisect, gc\n"
             "gc.unfreeze()\n"
             "objects = sorted(map(id, gc.get_objects()))\n"
             "counts, unused = [], 0\n"
             "for line in open('/proc/self/maps'):\n"
             "    first, last = (int(at, 16) for at in line.split()[0].split('-'))\n"
             "    counts.append(bisect.bisect(objects, last - 1)\n"
             "                  - bisect.bisect(objects, first - 1))\n"
             "    if ' ---p 00000000 00:00 0' in line: unused += last - first\n"
             "print(sum(sorted(counts)[-2:]) > len(objects) / 2, unused < 100 << 20)\n"}) ==
        "True True\n");
}

TEST_CASE("an interpreter starts although /tmp is full", "[zygote]") {
  const auto start_kind = GENERATE(StartKind::forked, StartKind::started);
  const std::string clear = "import shutil; shutil.rmtree('/tmp/.ipython')\n";
  const std::string fill = GENERATE(
      "try:\n"
      "    with open('/tmp/big', 'wb', 0) as f:\n"
      "        while f.write(bytes(1 << 20)): pass\n"
      "except OSError as error: print(error.errno)",
      "import os\n"
      "try:\n"
      "    for i in range(1 << 20): os.mkdir(f'/tmp/{i}')\n"
      "except OSError as error: print(error.errno)");
  Sessions sessions(start_kind);
  CHECK(sessions.print({clear + fill, "import os; os._exit(3)", "print('here')"}) == "28\nhere\n");
}

}  // namespace dynsessions::execution::test
