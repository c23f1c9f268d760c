#include "emulator/conformance/run/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "emulator/base/json_text.h"

namespace dynsessions::conformance {
namespace {

std::string fingerprint(const std::string& text) {
  static const boost::uuids::name_generator_sha1 kGenerator(boost::uuids::ns::oid());
  return to_string(kGenerator(text));
}

std::string line_of(const Json& json) { return dumped(json) + "\n"; }

/// A hash of everything in a case that determines its outcome.
std::string fingerprint(const Case& one) {
  Json all{{"id", one.id},
           {"needs", one.needs},
           {"cost", static_cast<int>(one.cost)},
           {"session", static_cast<int>(one.session)},
           {"deviation", one.deviation.is},
           {"deviatesAt", one.deviation.at}};
  for (const Step& step : one.steps) {
    all["steps"].push_back({step.retry.attempts, step.retry.pause.count()});
    for (const Exchange& exchange : step.exchanges) {
      all["steps"].push_back({exchange.request, exchange.expect, exchange.capture});
    }
  }
  return fingerprint(line_of(all));
}

Json differences_to_array(const Differences& differences) {
  Json all = Json::array();
  for (const Difference& found : differences) {
    all.push_back({found.where, found.expected, found.actual, found.step, found.exchange});
  }
  return all;
}

Differences differences_of(const Json& json) {
  Differences all;
  for (const Json& found : json) {
    all.push_back({found.at(0).get<std::string>(), found.at(1).get<std::string>(),
                   found.at(2).get<std::string>(), found.at(3).get<std::size_t>(),
                   found.at(4).get<std::size_t>()});
  }
  return all;
}

Verdict verdict_named(const Json& name) {
  const auto found = std::find_if(std::begin(kVerdicts), std::end(kVerdicts),
                                  [&](Verdict verdict) { return name == name_of(verdict); });
  if (found == std::end(kVerdicts)) throw CheckpointError("no verdict is called " + name.dump());
  return *found;
}

}  // namespace

Checkpoint::Checkpoint(std::string path, const std::string& target) : path_(std::move(path)) {
  const std::string head = line_of(Json::object({{"checkpointOf", fingerprint(target)}}));
  std::ifstream before(path_);
  if (before) read(before, head);
  // Rewrites the file: an incomplete line must not become the beginning of the next one.
  file_.open(path_, std::ios::trunc);
  file_ << head;
  for (const auto& [case_fingerprint, outcome] : outcomes_) file_ << line_of(outcome);
  file_ << std::flush;
  if (!file_) throw CheckpointError("cannot write " + path_);
}

void Checkpoint::read(std::istream& file, const std::string& head) {
  std::string line;
  if (!std::getline(file, line)) return;
  if (line + "\n" != head) {
    throw CheckpointError(path_ + " is not a checkpoint of this target; remove it to start again");
  }
  while (std::getline(file, line)) {
    Json outcome = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!outcome.is_object()) continue;
    const std::string of = outcome.value("case", std::string());
    outcomes_[of] = std::move(outcome);
  }
}

std::optional<CaseOutcome> Checkpoint::outcome_of(const Case& test_case) const {
  const auto found = outcomes_.find(fingerprint(test_case));
  if (found == outcomes_.end()) return std::nullopt;
  try {
    const Json& json = found->second;
    return CaseOutcome{test_case, verdict_named(json.at("verdict")),
                       differences_of(json.at("differences")), json.at("curl").get<std::string>(),
                       std::chrono::milliseconds(json.at("milliseconds").get<std::int64_t>())};
  } catch (const Json::exception& error) {
    throw CheckpointError(path_ + ": " + error.what());
  }
}

void Checkpoint::keep(const CaseOutcome& outcome) {
  if (outcome.verdict == Verdict::not_run) return;
  const Json json{{"case", fingerprint(outcome.test_case)},
                  {"id", outcome.test_case.id},
                  {"verdict", name_of(outcome.verdict)},
                  {"differences", differences_to_array(outcome.differences)},
                  {"curl", outcome.curl},
                  {"milliseconds", outcome.duration.count()}};
  file_ << line_of(json) << std::flush;
}

void Checkpoint::remove() { std::filesystem::remove(path_); }

}  // namespace dynsessions::conformance
