#include "emulator/conformance/run_conform.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "emulator/conformance/campaign.h"
#include "emulator/conformance/cases/case_loader.h"
#include "emulator/conformance/conform.h"
#include "emulator/conformance/options.h"
#include "emulator/conformance/reports/report.h"
#include "emulator/conformance/run/checkpoint.h"
#include "emulator/conformance/run/endpoint.h"
#include "emulator/conformance/run/own_emulator.h"

namespace dynsessions::conformance {
namespace fs = std::filesystem;

namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

void write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw UsageError("cannot write " + path);
}

void keep_plane(Plane plane, std::vector<Case>& cases) {
  std::erase_if(cases, [plane](const Case& one) { return one.plane != plane; });
}

std::vector<Case> load(const ConformOptions& options) {
  const fs::path built_in = program_directory() / "api-spec" / "cases";
  const fs::path directory = options.cases.empty() ? built_in : fs::path(options.cases);
  std::vector<Case> cases = filtered(load_cases(directory, built_in), options.filter);
  if (!options.endpoint.empty()) keep_plane(Plane::data, cases);
  if (!options.arm.empty()) keep_plane(Plane::control, cases);
  if (cases.empty()) throw UsageError("no case matches --filter " + options.filter);
  return cases;
}

std::string list_of(const std::vector<Case>& cases) {
  std::string list;
  for (const Case& one : cases) {
    list += one.id + "  " + std::string(name_of(one.evidence)) + ": " + one.title + "\n";
  }
  return list;
}

using Format = std::string (*)(const RunReport&);

/// Returns the first case whose part of a report contains a secret; empty if there is none.
std::string leaking_case(Format format, const RunReport& report, const Redaction& redaction) {
  for (const CaseOutcome& outcome : report.outcomes) {
    RunReport part = report;
    part.outcomes = {outcome};
    if (redaction.leak_in(format(part))) return outcome.test_case.id;
  }
  return {};
}

/// Writes no report that contains a secret of the target; throws UsageError instead.
void write_report(const std::string& path, Format format, const RunReport& report,
                  const Redaction& redaction) {
  if (path.empty()) return;
  const std::string text = format(report);
  const auto leak = redaction.leak_in(text);
  if (!leak) return write_file(path, text);
  const std::string id = leaking_case(format, report, redaction);
  throw UsageError(path + " was not written: " + (id.empty() ? "it" : "the case " + id) +
                   " would tell " + std::string(*leak));
}

ExitCode run(const ConformOptions& options, const std::vector<Case>& cases) {
  Campaign campaign(options);
  const RunReport report = campaign.run(cases);
  print(console_report(report));
  const Redaction& redaction = campaign.redaction();
  write_report(options.junit, junit_report, report, redaction);
  write_report(options.json, json_report, report, redaction);
  write_report(options.markdown, markdown_report, report, redaction);
  write_report(options.html, html_report, report, redaction);
  return exit_code_of(report);
}

std::string plan_text(const ConformOptions& options, std::vector<Case> cases) {
  const bool foreign = !options.foreign_url().empty();
  if (foreign) std::erase_if(cases, [](const Case& one) { return !one.needs.empty(); });
  const Plan plan = plan_of(without_slow(std::move(cases), options.budget));
  const std::string target =
      foreign ? parse_endpoint(options.foreign_url()).origin() : "the emulator";
  return describe(plan, options.budget, target);
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
  if (options.counts) {
    print(evidence_table(cases));
    return ExitCode::clean;
  }
  if (options.list) {
    print(list_of(cases));
    return ExitCode::clean;
  }
  const bool foreign = !options.foreign_url().empty();
  if (foreign || options.plan) print(plan_text(options, cases));
  if (options.plan) return ExitCode::clean;
  if (foreign && !options.yes) {
    throw UsageError("this run sends requests to a real endpoint; add --yes to confirm it");
  }
  return run(options, cases);
}

int report_failure(ExitCode code, const std::exception& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "dynsessions conform: %s\n", error.what());
  return static_cast<int>(code);
}

}  // namespace

int run_conform(std::vector<std::string> arguments) {
  try {
    return static_cast<int>(conform(parse_options(std::move(arguments))));
  } catch (const UsageError& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const CaseError& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const CheckpointError& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const std::invalid_argument& error) {
    return report_failure(ExitCode::wrong_usage, error);
  } catch (const Unreachable& error) {
    return report_failure(ExitCode::unreachable, error);
  }
}

}  // namespace dynsessions::conformance
