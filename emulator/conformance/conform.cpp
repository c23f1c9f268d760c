#include "emulator/conformance/conform.h"

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "emulator/conformance/case_loader.h"
#include "emulator/conformance/child_process.h"
#include "emulator/conformance/options.h"
#include "emulator/conformance/report.h"
#include "emulator/conformance/runner.h"
#include "emulator/core/identifiers.h"

namespace dynsessions::conformance {
namespace fs = std::filesystem;

namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

fs::path executable() { return fs::read_symlink("/proc/self/exe"); }

void write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw UsageError("cannot write " + path);
}

std::vector<Case> load(const ConformOptions& options) {
  const fs::path folder = options.cases.empty() ? executable().parent_path() / "api-spec" / "cases"
                                                : fs::path(options.cases);
  std::vector<Case> cases = filtered(load_cases(folder), options.filter);
  if (cases.empty()) throw UsageError("no case is like --filter " + options.filter);
  return cases;
}

/// This program as a server, for as long as the object lives.
class OwnEmulator {
 public:
  // `--exact`: the cases say what the service sends, and nothing beside it.
  OwnEmulator()
      : process_({executable().string(), "serve", "--port", "0", "--admin-port", "0",
                  "--https-port", "off", "--exact", "--auth", "any", "--log-level", "warning",
                  "--max-sessions", "1000"}) {
    const Json ready = Json::parse(process_.read_line(), nullptr, /*allow_exceptions=*/false);
    if (!ready.is_object() || !ready.contains("poolManagementEndpoint")) {
      throw Unreachable("the emulator did not start; what it said is above");
    }
    endpoint_ = ready.at("poolManagementEndpoint").get<std::string>();
  }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  ChildProcess process_;
  std::string endpoint_;
};

/// The command's first line. Never printed, nor kept anywhere but in the target.
std::string token_from(const std::string& command) {
  if (command.empty()) return "conformance";
  ChildProcess shell({"/bin/sh", "-c", command});
  std::string token = shell.read_all();
  if (shell.wait() != 0) throw Unreachable("--token-command failed");
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.empty()) throw Unreachable("--token-command printed nothing");
  return token;
}

RunTarget target_for(const ConformOptions& options, const OwnEmulator* own) {
  const std::string url = own != nullptr ? own->endpoint() : options.endpoint;
  const Endpoint endpoint = Endpoint::parse(url);
  // Short, so that what cases append stays within the shortest limit of the service.
  const std::string run = "conform-" + random_uuid().substr(0, 8) + "-";
  return {http_client(endpoint),
          token_from(options.token_command),
          own != nullptr ? "the emulator" : endpoint.origin(),
          url,
          run,
          own != nullptr};
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  char text[32];
  ::gmtime_r(&now, &parts);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

ExitCode run(const ConformOptions& options, const std::vector<Case>& cases) {
  std::optional<OwnEmulator> own;
  if (options.endpoint.empty()) own.emplace();
  Runner runner(target_for(options, own ? &*own : nullptr), options.budget, Patience::real());
  runner.preflight();
  const std::string started_at = utc_now();
  RunReport report = runner.run(cases);
  report.started_at = started_at;
  write_file(options.junit, junit_report(report));
  write_file(options.json, json_report(report));
  write_file(options.markdown, markdown_report(report));
  print(console_report(report));
  return exit_code_of(report);
}

ExitCode conform(const ConformOptions& options) {
  if (options.help) {
    print(conform_help());
    return ExitCode::clean;
  }
  const std::vector<Case> cases = load(options);
  if (!options.deviations.empty()) {
    write_file(options.deviations, deviations_document(cases));
    return ExitCode::clean;
  }
  const bool foreign = !options.endpoint.empty();
  const std::string target = foreign ? Endpoint::parse(options.endpoint).origin() : "the emulator";
  if (foreign || options.plan) print(describe(plan_of(cases), options.budget, target));
  if (options.plan) return ExitCode::clean;
  if (foreign && !options.yes) {
    throw UsageError("this uses an endpoint of yours; add --yes to go on");
  }
  return run(options, cases);
}

int report_failure(ExitCode code, const std::exception& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "dynsessions conform: %s\n", error.what());
  return static_cast<int>(code);
}

}  // namespace

int conform(std::vector<std::string> arguments) {
  try {
    return static_cast<int>(conform(parse_options(std::move(arguments))));
  } catch (const UsageError& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const CaseError& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const std::invalid_argument& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const Unreachable& error) {
    return report_failure(ExitCode::unreachable, error);
  }
}

}  // namespace dynsessions::conformance
