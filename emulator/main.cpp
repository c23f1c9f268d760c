#include <csignal>
#include <cstdio>
#include <exception>

#include "emulator/app.h"

namespace {

using namespace dynsessions;

/// Stable, and listed in the help.
enum ExitCode : int { stopped = 0, failed = 1, wrong_usage = 2, port_in_use = 3, no_engine = 4 };

ExitCode serve(const config::Config& config) {
  observability::start_log(config::name_of(config.log_level));
  const Installation installation = Installation::beside_executable();
  const sandbox::LaunchSpec spec = launch_spec_for(config, installation);
  App app(config, spec, installation);
  app.run();
  return stopped;
}

ExitCode run(int argc, char** argv) {
  const auto line = config::parse_command_line(argc, argv, config::process_environment);
  switch (line.command) {
    case config::Command::help:
      std::fputs(line.help.c_str(), stdout);
      return stopped;
    case config::Command::version:
      std::puts("dynsessions " DYNSESSIONS_VERSION);
      return stopped;
    case config::Command::serve:
      return serve(line.config);
  }
  return wrong_usage;
}

ExitCode report(ExitCode code, const std::exception& error) {
  std::fprintf(stderr, "dynsessions: %s\n", error.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves our stdout must not end the server
  try {
    return run(argc, argv);
  } catch (const config::ConfigError& error) {
    return report(wrong_usage, error);
  } catch (const PortInUse& error) {
    return report(port_in_use, error);
  } catch (const EngineUnavailable& error) {
    return report(no_engine, error);
  } catch (const std::exception& error) {
    return report(failed, error);
  }
}
