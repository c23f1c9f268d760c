#include <cstdio>
#include <memory>

#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "emulator/app/https_setup.h"
#include "emulator/base/clock.h"
#include "emulator/base/output.h"
#include "emulator/cli/command.h"
#include "emulator/client_environment/trust_files.h"
#include "emulator/observability/log.h"
#include "emulator/tls/trust_advice.h"

namespace dynsessions::cli {
namespace {

ExitCode print_advice(const Invocation& call) {
  const config::Config config = settings_of(call).config;
  observability::start_log(std::make_shared<Output>(STDERR_FILENO),
                           config::name_of(config.server.log_level),
                           config::name_of(config.server.log_format));
  boost::asio::io_context loop;
  const auto now = SystemClock(loop.get_executor()).now();
  const auto authority = kept_authority(config, config::process_environment, now);
  const auto trust = client_environment::trust_files(authority, config::process_environment);
  std::fputs(tls::trust_advice(authority, trust.java_store).c_str(), stdout);
  return stopped;
}

constexpr std::string_view kCertOptions[] = {"state-dir", "tls-name", "listen"};

}  // namespace

const Command kCert{
    .name = "cert",
    .summary = "Print how clients trust the certificate of the HTTPS port.",
    .description =
        "Prints the path of the certificate authority and, for each kind of client, the "
        "line that makes it\ntrust the authority. Makes the authority if there is none. "
        "It is kept in --state-dir, by default\nin $XDG_STATE_HOME/dynsessions or "
        "~/.local/state/dynsessions.\n",
    .examples =
        "  dynsessions cert\n"
        "  curl --cacert \"$(dynsessions cert | head -n 1)\" https://localhost:7443\n",
    .exit_codes =
        "  0  printed\n"
        "  2  wrong usage, or no directory to keep the authority in\n",
    .takes_options = true,
    .common_options = kCertOptions,
    .run = print_advice,
};

}  // namespace dynsessions::cli
