#include "emulator/app/app.h"
#include "emulator/app/descriptors.h"
#include "emulator/app/engine_settings.h"
#include "emulator/app/fonts.h"
#include "emulator/app/ports.h"
#include "emulator/app/python_check.h"
#include "emulator/app/ready_file.h"
#include "emulator/app/session_packages.h"
#include "emulator/base/output.h"
#include "emulator/cli/command.h"

namespace dynsessions::cli {
namespace {

/// Reads --pools-file. Called before threads exist, because a Bicep file starts the Bicep compiler.
std::vector<template_files::Document> documents_of(const config::Config& config) {
  if (config.server.pools_file.empty()) return {};
  try {
    const std::vector<std::string> paths{config.server.pools_file};
    return template_files::read_template_files(paths, config::process_environment);
  } catch (const template_files::TemplateFileError& error) {
    throw config::ConfigError(std::string("--pools-file: ") + error.what());
  }
}

/// Chooses the tier of sessions, after trying everything that they need.
TierChoice usable_tier(const config::Config& config, const runtimes::Installation& installation) {
  require_ipython(runtimes::session_python(python_settings(config.host), installation));
  TierChoice tier = choose_tier(config, installation);
  require_pools(config, installation, tier.tier);
  return tier;
}

/// The steps are ordered so that a failed start leaves nothing behind: the certificate authority is
/// read or made only after the ports are bound (App::run()).
ExitCode serve(const Invocation& call) {
  raise_descriptor_limit();
  config::Config config = settings_of(call).config;
  refuse_equal_ports(config.server);
  ReadyFile ready_file(config.server.ready_file);
  const Outputs outputs;
  observability::start_log(outputs.error, config::name_of(config.server.log_level),
                           config::name_of(config.server.log_format));
  Preparation prepared;
  prepared.documents = documents_of(config);
  const auto installation = runtimes::Installation::next_to_executable();
  if (config.host.engine == config::Engine::python) {
    prepared.packages = use_session_packages(config, config::process_environment, installation);
    prepared.tier = usable_tier(config, installation);
    prepared.font_set =
        prepare_fonts(config, config::process_environment, installation, prepared.tier->tier);
  }
  App app(config, std::move(prepared), installation, ready_file, outputs);
  app.run();
  return stopped;
}

}  // namespace

const Command kServe{
    .name = "serve",
    .summary = "Start the emulator; the default command.",
    .description =
        "Serves the dynamic sessions API until SIGTERM, SIGHUP or Ctrl-C; a second signal ends it "
        "at "
        "once.\nPrints two lines of JSON on stdout: {\"event\":\"listening\", …} when the ports "
        "are "
        "open, and\n{\"event\":\"ready\", …} when an execution can be answered at once. The second "
        "one is also the content\nof --ready-file, which does not exist before and after.\n",
    .examples =
        "  dynsessions serve --port 0 --admin-port 0 --ready-file /tmp/ready.json\n"
        "  dynsessions serve --engine scripts --script answers.json\n"
        "  dynsessions serve --max-sessions 5 --cooldown-period 30 --auth claims\n",
    .exit_codes =
        "  0  stopped on request\n"
        "  1  failed while running\n"
        "  2  wrong usage\n"
        "  3  port in use\n"
        "  4  no usable sandbox or Python\n",
    .takes_options = true,
    .shows_all_options = true,
    .run = serve,
};

}  // namespace dynsessions::cli
