#include "emulator/conformance/campaign.h"

#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include <unistd.h>

#include "emulator/base/identifiers.h"
#include "emulator/conformance/reports/tally.h"
#include "emulator/conformance/run/checkpoint.h"
#include "emulator/conformance/run/endpoint.h"
#include "emulator/conformance/run/interruption.h"
#include "emulator/conformance/run/own_emulator.h"

namespace dynsessions::conformance {
namespace {

/// Returns the first line of the command's output. It is never printed, and stored in the target
/// only.
std::string token_from(const std::string& command) {
  if (command.empty()) return make_test_token({});
  ChildProcess shell({"/bin/sh", "-c", command});
  std::string token = shell.read_all();
  if (shell.wait() != 0) throw Unreachable("--token-command failed");
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.empty()) throw Unreachable("--token-command printed nothing");
  return token;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  char text[32];
  ::gmtime_r(&now, &parts);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// Shows the progress in one line if stderr is a terminal.
class Progress {
 public:
  explicit Progress(std::size_t all) : all_(all), shown_(::isatty(STDERR_FILENO) == 1) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }

  void add(const CaseOutcome& outcome) {
    ++done_;
    if (!shown_) return;
    std::fprintf(stderr, "\r\033[K%zu/%zu  %.60s", done_, all_, outcome.test_case.id.c_str());
    std::fflush(stderr);
  }

 private:
  const std::size_t all_;
  const bool shown_;
  std::size_t done_ = 0;
};

/// Moves the results of an earlier run into the report, and returns the cases that are left.
std::vector<Case> without_kept(std::vector<Case> cases, const Checkpoint& checkpoint,
                               RunReport& report) {
  std::vector<Case> left;
  for (Case& one : cases) {
    if (auto kept = checkpoint.outcome_of(one)) {
      report.outcomes.push_back(*std::move(kept));
    } else {
      left.push_back(std::move(one));
    }
  }
  const std::size_t kept = report.outcomes.size();
  if (kept > 0) report.notes.push_back("of an earlier run: " + counted(kept, "case"));
  return left;
}

}  // namespace

Campaign::Campaign(const ConformOptions& options)
    : options_(options),
      token_(token_from(options.token_command)),
      redaction_(token_, options.foreign_url()) {}

RunReport Campaign::run(std::vector<Case> cases) {
  const Interruption interruption;
  RunReport report;
  report.started_at = utc_now();
  report.target = is_foreign() ? "the endpoint" : "the emulator";
  std::optional<Checkpoint> checkpoint;
  if (!options_.checkpoint.empty()) {
    checkpoint.emplace(options_.checkpoint, options_.foreign_url());
    cases = without_kept(std::move(cases), *checkpoint, report);
  }
  Progress progress(cases.size());
  const OnOutcome on_outcome = [&](const CaseOutcome& outcome) {
    progress.add(outcome);
    if (checkpoint) checkpoint->keep(outcome);
  };
  for (const ServerGroup& group : grouped(std::move(cases))) {
    run_group(group, on_outcome, report);
  }
  const bool can_continue = report.count(NotRun::budget) + report.count(NotRun::interruption) > 0;
  if (checkpoint && !can_continue) checkpoint->remove();
  if (checkpoint && can_continue) {
    report.notes.push_back("run the same command with this --checkpoint to continue");
  }
  return report;
}

void Campaign::run_group(const ServerGroup& group, const OnOutcome& on_outcome,
                         RunReport& report) const {
  const bool cannot_be_given = is_foreign() && !group.needs.empty();
  if (cannot_be_given || Interruption::was_requested()) {
    const NotRun why = cannot_be_given ? NotRun::needs : NotRun::interruption;
    for (const Case& one : group.cases) report.outcomes.push_back(CaseOutcome::not_run(one, why));
    return;
  }
  std::optional<OwnEmulator> own;
  if (!is_foreign()) own.emplace(group.plane, group.needs);
  const TargetAddress foreign{options_.foreign_url(), {}, options_.foreign_subscription()};
  Runner runner(target_at(own ? own->address() : foreign), options_.budget, RunControl::real(),
                report);
  try {
    runner.preflight();
  } catch (const Interrupted&) {
    // run() notices the interruption as well and records it for each case.
  }
  runner.run(group.cases, on_outcome);
}

RunTarget Campaign::target_at(const TargetAddress& address) const {
  return {.send = send_to_endpoint(parse_endpoint(address.url), Interruption::was_requested,
                                   address.authority),
          .token = token_,
          .name = is_foreign() ? "the endpoint" : "the emulator",
          .endpoint = address.url,
          // Short, so that names with an appendix stay within the shortest limit of the service.
          .run = "conform-" + random_uuid().substr(0, 8) + "-",
          .redaction = redaction_,
          .make_token = make_test_token,
          .is_emulator = !is_foreign(),
          .subscription = address.subscription};
}

}  // namespace dynsessions::conformance
