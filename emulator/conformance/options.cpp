#include "emulator/conformance/options.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace dynsessions::conformance {
namespace {

struct Parser {
  explicit Parser(ConformOptions& options) {
    app.set_help_flag();
    app.add_flag("-h,--help", options.help);
    app.add_option("--endpoint", options.endpoint);
    app.add_option("--arm", options.arm);
    app.add_option("--subscription", options.subscription);
    app.add_option("--token-command", options.token_command);
    app.add_option("--cases", options.cases);
    app.add_option("--filter", options.filter);
    app.add_option("--junit", options.junit);
    app.add_option("--json", options.json);
    app.add_option("--markdown", options.markdown);
    app.add_option("--html", options.html);
    app.add_option("--checkpoint", options.checkpoint);
    app.add_option("--deviations", options.deviations);
    app.add_flag("--counts", options.counts);
    app.add_flag("--list", options.list);
    app.add_flag("--slow", options.budget.slow);
    app.add_flag("--plan", options.plan);
    app.add_flag("--yes", options.yes);
    sessions =
        app.add_option("--max-sessions", options.budget.sessions)->check(CLI::Range(kUnlimited));
    requests =
        app.add_option("--max-requests", options.budget.requests)->check(CLI::Range(kUnlimited));
    time = app.add_option("--max-minutes", minutes)->check(CLI::Range(1U, kUnlimited));
  }

  CLI::App app{"", "dynsessions conform"};
  CLI::Option* sessions = nullptr;
  CLI::Option* requests = nullptr;
  CLI::Option* time = nullptr;
  std::uint32_t minutes = 0;
};

}  // namespace

ConformOptions parse_options(std::vector<std::string> arguments) {
  ConformOptions options;
  Parser parser(options);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes a vector in this order
  try {
    parser.app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + "\nTry `dynsessions conform --help`.");
  }
  if (parser.time->count() > 0) options.budget.time = std::chrono::minutes(parser.minutes);
  if (!options.endpoint.empty() && !options.arm.empty()) {
    throw UsageError(
        "--endpoint and --arm exclude each other: a run tests either a pool or Azure Resource "
        "Manager");
  }
  if (!options.foreign_url().empty()) return options;
  // Cases on the emulator are free of charge, so only explicit limits apply.
  if (parser.sessions->count() == 0) options.budget.sessions = kUnlimited;
  if (parser.requests->count() == 0) options.budget.requests = kUnlimited;
  if (parser.time->count() == 0) options.budget.time = std::chrono::minutes(kUnlimited);
  return options;
}

}  // namespace dynsessions::conformance
