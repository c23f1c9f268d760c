#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "emulator/app/ports.h"
#include "emulator/base/output.h"
#include "emulator/cli/arguments.h"
#include "emulator/cli/command.h"
#include "emulator/runtimes/installation.h"

namespace {

using namespace dynsessions;

/// Resets inherited signal and umask state that would break a server. The launcher does the same.
void reset_inherited_state() {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves our stdout must not end the server
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);  // a blocked SIGTERM could not stop it
  ::umask(::umask(0) & (S_IRWXG | S_IRWXO));       // it must be able to use its own files
}

int report(cli::ExitCode code, const std::exception& error) {
  write_final_message("dynsessions: " + std::string(error.what()) + "\n");
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  reset_inherited_state();
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const cli::Invocation call = cli::parse_arguments(words);
    return call.command->run(call);
  } catch (const config::ConfigError& error) {
    return report(cli::wrong_usage, error);
  } catch (const PortInUse& error) {
    return report(cli::port_in_use, error);
  } catch (const runtimes::EngineUnavailable& error) {
    return report(cli::no_engine, error);
  } catch (const std::exception& error) {
    return report(cli::failed, error);
  }
}
