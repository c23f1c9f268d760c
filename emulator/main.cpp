#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <sys/stat.h>

#include "emulator/app/app.h"
#include "emulator/conformance/conform.h"
#include "emulator/doctor/doctor.h"
#include "emulator/doctor/report.h"
#include "emulator/readiness/readiness.h"

namespace {

using namespace dynsessions;

/// Stable, and listed in the help.
enum ExitCode : int { stopped = 0, failed = 1, wrong_usage = 2, port_in_use = 3, no_engine = 4 };

Clock::TimePoint system_now() {
  boost::asio::io_context loop;
  return SystemClock(loop.get_executor()).now();
}

ExitCode serve(const config::Config& config) {
  observability::start_log(config::name_of(config.log_level), config::name_of(config.log_format));
  const Installation installation = Installation::beside_executable();
  TierChoice tier = choose_tier(config, installation);
  auto https = set_up_https(config, config::process_environment, system_now());
  App app(config, std::move(tier), installation, std::move(https));
  app.run();
  return stopped;
}

ExitCode print_advice_on_trust(const config::Config& config) {
  observability::start_log(config::name_of(config.log_level), config::name_of(config.log_format));
  std::fputs(advice_on_trust(config, config::process_environment, system_now()).c_str(), stdout);
  return stopped;
}

ExitCode print_token(const auth::TestToken& token) {
  const auto now = system_now();
  std::puts(auth::make_test_token(token, std::chrono::floor<std::chrono::seconds>(now)).c_str());
  return stopped;
}

ExitCode examine(const config::CommandLine& line) {
  const auto checks = doctor::examine(line.config, Installation::beside_executable());
  std::fputs((line.as_json ? doctor::to_json(checks) : doctor::to_text(checks)).c_str(), stdout);
  return doctor::is_healthy(checks) ? stopped : no_engine;
}

ExitCode tell(const readiness::Finding& finding) {
  std::puts(finding.line.c_str());
  return finding.ready ? stopped : failed;
}

ExitCode run(int argc, char** argv) {
  const auto line = config::parse_command_line(argc, argv, config::process_environment);
  switch (line.command) {
    case config::Command::help:
    case config::Command::options:
      std::fputs(line.help.c_str(), stdout);
      return stopped;
    case config::Command::healthcheck:
      return tell(readiness::ask(line.config));
    case config::Command::wait:
      return tell(readiness::wait(line.config, line.timeout));
    case config::Command::cert:
      return print_advice_on_trust(line.config);
    case config::Command::token:
      return print_token(line.token);
    case config::Command::doctor:
      return examine(line);
    case config::Command::conform:
      return ExitCode{conformance::conform(line.arguments)};
    case config::Command::version:
      std::puts("dynsessions " DYNSESSIONS_VERSION);
      return stopped;
    case config::Command::serve:
      return serve(line.config);
  }
  return wrong_usage;
}

/// What a parent may have left that no server can work with; the launcher does the like.
void shed_inheritance() {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves our stdout must not end the server
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);  // or nobody could stop it
  ::umask(::umask(0) & (S_IRWXG | S_IRWXO));       // what it makes must be its own to use
}

ExitCode report(ExitCode code, const std::exception& error) {
  std::fprintf(stderr, "dynsessions: %s\n", error.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  shed_inheritance();
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
