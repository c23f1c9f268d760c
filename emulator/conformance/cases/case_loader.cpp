#include "emulator/conformance/cases/case_loader.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include <fnmatch.h>

#include "emulator/conformance/cases/case_shape.h"
#include "emulator/conformance/cases/template.h"

namespace dynsessions::conformance {
namespace fs = std::filesystem;

namespace {

/// Variables that the runner sets (runner.h). A case can capture further ones.
const std::set<std::string>& run_time_names(Plane plane) {
  static const std::set<std::string> kOfData{"identifier", "run", "endpoint"};
  static const std::set<std::string> kOfControl{"run",  "endpoint", "subscription",    "group",
                                                "pool", "guid",     "groupInLowerCase"};
  return plane == Plane::data ? kOfData : kOfControl;
}

/// The subdirectory with the cases of the control plane.
constexpr const char* kControlPlane = "control_plane";

Json read_json(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw CaseError(path.filename().string() + ": cannot be read");
  try {
    return Json::parse(file);
  } catch (const Json::parse_error& error) {
    throw CaseError(path.filename().string() + ": " + error.what());
  }
}

Retry parse_retry(const Json& step) {
  if (!step.contains("retry")) return {};
  const Json& retry = step.at("retry");
  const auto count = [&](const char* name) {
    if (!retry.is_object() || retry.size() != 2 || !retry.contains(name) ||
        !retry.at(name).is_number_unsigned()) {
      throw CaseError("retry must be {attempts, pauseMilliseconds}, both counts");
    }
    return retry.at(name).get<unsigned>();
  };
  const Retry parsed{count("attempts"), std::chrono::milliseconds(count("pauseMilliseconds"))};
  if (parsed.attempts == 0) throw CaseError("retry must make at least one attempt");
  return parsed;
}

Needs parse_needs(const Json& written) {
  if (written.is_null()) return {};
  if (!written.is_object()) throw CaseError("needs is not an object");
  Needs needs;
  for (const auto& [option, value] : written.items()) {
    if (!value.is_string()) throw CaseError("needs " + option + " is not a text");
    needs[option] = value.get<std::string>();
  }
  return needs;
}

/// The exchanges of a step: the step itself, or its `parallel`.
Json exchanges_of(const Json& step) {
  const bool is_parallel = step.is_object() && step.contains("parallel");
  return is_parallel ? step.at("parallel") : Json::array({step});
}

class Problems {
 public:
  explicit Problems(std::string separator = "\n") : separator_(std::move(separator)) {}

  void add(const std::string& problem) { text_ += (text_.empty() ? "" : separator_) + problem; }
  void throw_if_any() const {
    if (!text_.empty()) throw CaseError(text_);
  }

 private:
  const std::string separator_;
  std::string text_;
};

/// Expands the text of a case for each of its versions.
class Expander {
 public:
  Expander(const Json& written, const Json& file, const Json& shared)
      : written_(written),
        let_(written.is_object() ? written.value("let", Json::object()) : Json::object()),
        plane_(parse_plane(file)),
        file_variables_(file.value("variables", Json::object())),
        shared_(shared) {}

  [[nodiscard]] std::vector<Case> cases() const {
    check_case(written_);
    const Json versions = fill(written_.at("apiVersions"), scope_at("*"), Unknown::refuse);
    if (!versions.is_array() || versions.empty()) throw CaseError("apiVersions is not a list");
    std::vector<Case> all;
    for (const Json& version : versions) {
      if (!version.is_string()) throw CaseError("an api-version is not a text");
      all.push_back(at(version.get<std::string>()));
    }
    return all;
  }

 private:
  [[nodiscard]] Scope scope_at(const std::string& version) const {
    return {version, {&let_, &file_variables_, &shared_}};
  }

  /// Returns a member of the case, filled in; it can differ between versions.
  Json member(const char* name, const Scope& scope) const {
    return fill(written_.value(name, Json()), scope, Unknown::refuse);
  }

  std::string text(const char* name, const Scope& scope) const {
    const Json value = member(name, scope);
    if (!value.is_null() && !value.is_string())
      throw CaseError(std::string(name) + " is not a text");
    return value.is_null() ? "" : value.get<std::string>();
  }

  /// Throws one CaseError for the problems of all members.
  [[nodiscard]] Case at(const std::string& version) const {
    const Json built_in{{"apiVersion", version}};
    Scope scope = scope_at(version);
    scope.variables.push_back(&built_in);
    Case expanded;
    expanded.api_version = version;
    expanded.plane = plane_;
    Problems problems("; ");
    const auto fill_in = [&](auto& value, const auto& read) {
      try {
        value = read();
      } catch (const CaseError& error) {
        problems.add(error.what());
      }
    };
    fill_in(expanded.id, [&] { return text("id", scope) + "@" + version; });
    fill_in(expanded.title, [&] { return text("title", scope); });
    fill_in(expanded.operation, [&] { return text("operation", scope); });
    fill_in(expanded.evidence, [&] { return parse_evidence(member("evidence", scope)); });
    fill_in(expanded.section, [&] { return text("section", scope); });
    fill_in(expanded.deviation, [&] { return deviation(scope); });
    fill_in(expanded.note, [&] { return text("note", scope); });
    fill_in(expanded.needs, [&] { return parse_needs(member("needs", scope)); });
    fill_in(expanded.cost, [&] { return parse_cost(member("cost", scope)); });
    fill_in(expanded.session, [&] { return parse_session_use(member("session", scope)); });
    fill_in(expanded.steps, [&] { return steps(scope); });
    problems.throw_if_any();
    return expanded;
  }

  /// Throws one CaseError for the problems of all steps.
  [[nodiscard]] std::vector<Step> steps(const Scope& scope) const {
    std::set<std::string> known = run_time_names(plane_);
    std::vector<Step> all;
    Problems problems("; ");
    for (const Json& step : written_.at("steps")) {
      try {
        all.push_back(step_at(step, scope, known));
      } catch (const CaseError& error) {
        problems.add("step " + std::to_string(&step - &written_.at("steps").front() + 1) + ": " +
                     error.what());
      }
      add_captured_names(step, known);
    }
    problems.throw_if_any();
    return all;
  }

  [[nodiscard]] Deviation deviation(const Scope& scope) const {
    const Json written = member("deviation", scope);
    if (written.is_null()) return {};
    check_deviation(written);
    return {written.at("is").get<std::string>(), written.at("at").get<std::vector<std::string>>()};
  }

  /// Also called for a step with problems, so that they do not make later steps fail.
  static void add_captured_names(const Json& step, std::set<std::string>& known) {
    for (const Json& exchange : exchanges_of(step)) {
      if (!exchange.is_object()) continue;
      const Json captured = exchange.value("capture", Json::object());
      for (const auto& [name, place] : captured.items()) known.insert(name);
    }
  }

  static Step step_at(const Json& written, const Scope& outer, const std::set<std::string>& known) {
    check_members_of_step(written);
    Step step{{}, parse_retry(written)};
    for (const Json& exchange : exchanges_of(written)) {
      step.exchanges.push_back(exchange_at(exchange, outer, known));
    }
    return step;
  }

  static Exchange exchange_at(const Json& written, const Scope& outer,
                              const std::set<std::string>& known) {
    const Json let = written.value("let", Json::object());
    Scope scope = outer;
    scope.variables.insert(scope.variables.begin(), &let);
    Exchange exchange{fill(written.at("request"), scope, Unknown::keep),
                      fill(written.at("expect"), scope, Unknown::keep),
                      written.value("capture", Json::object())};
    check_exchange(exchange);
    for (const Json* part : {&exchange.request, &exchange.expect}) {
      for (const std::string& name : names_in(*part)) {
        if (!known.contains(name)) throw CaseError("no variable is called ${" + name + "} here");
      }
    }
    return exchange;
  }

  const Json& written_;
  const Json let_;
  const Plane plane_;
  const Json file_variables_;
  const Json& shared_;
};

std::string id_of(const Json& written) {
  const bool named = written.is_object() && written.value("id", Json()).is_string();
  return named ? written.at("id").get<std::string>() : "a case without id";
}

void refuse_duplicates(const std::vector<Case>& cases) {
  Problems problems;
  std::set<std::string> ids;
  for (const Case& one : cases) {
    if (!ids.insert(one.id).second) problems.add(one.id + ": this id is used twice");
  }
  problems.throw_if_any();
}

/// Whether the cases of a file with problems can be read nevertheless, to find their problems too.
bool has_readable_cases(const Json& file) {
  return file.is_object() && file.value("cases", Json()).is_array() &&
         file.value("variables", Json::object()).is_object();
}

Json read_shared(const fs::path& directory) {
  const fs::path path = directory / "variables.json";
  if (!fs::exists(path)) return Json::object();
  const Json file = read_json(path);
  if (!file.is_object() || !file.value("variables", Json()).is_object()) {
    throw CaseError("variables.json: variables is not an object");
  }
  return file.at("variables");
}

void add_case_files(const fs::path& directory, std::vector<fs::path>& files) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "variables.json") {
      files.push_back(entry.path());
    }
  }
}

/// `place` is a directory of cases, or one file.
std::vector<fs::path> case_files(const fs::path& place) {
  if (fs::is_regular_file(place)) return {place};
  const fs::path& directory = place;
  if (!fs::is_directory(directory)) {
    throw CaseError("there are no cases at " + directory.string());
  }
  std::vector<fs::path> files;
  add_case_files(directory, files);
  if (fs::is_directory(directory / kControlPlane)) add_case_files(directory / kControlPlane, files);
  if (files.empty()) throw CaseError("there are no cases in " + directory.string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<Case> parse_cases(const Json& file, const Json& shared) {
  Problems problems;
  try {
    check_file(file);
  } catch (const CaseError& error) {
    problems.add(error.what());
  }
  if (!has_readable_cases(file)) problems.throw_if_any();
  std::vector<Case> all;
  for (const Json& written : file.at("cases")) {
    try {
      for (Case& one : Expander(written, file, shared).cases()) all.push_back(std::move(one));
    } catch (const CaseError& error) {
      problems.add(id_of(written) + ": " + error.what());
    }
  }
  problems.throw_if_any();
  return all;
}

std::vector<Case> load_cases(const fs::path& place, const fs::path& built_in) {
  const std::vector<fs::path> files = case_files(place);
  Json shared = read_shared(built_in);
  shared.update(read_shared(fs::is_directory(place) ? place : place.parent_path()));
  Problems problems;
  std::vector<Case> all;
  for (const fs::path& path : files) {
    try {
      for (Case& one : parse_cases(read_json(path), shared)) all.push_back(std::move(one));
    } catch (const CaseError& error) {
      problems.add("in " + path.filename().string() + ":\n" + error.what());
    }
  }
  problems.throw_if_any();
  refuse_duplicates(all);
  return all;
}

std::vector<Case> filtered(std::vector<Case> cases, const std::string& glob) {
  if (glob.empty()) return cases;
  std::erase_if(cases,
                [&](const Case& one) { return ::fnmatch(glob.c_str(), one.id.c_str(), 0) != 0; });
  return cases;
}

}  // namespace dynsessions::conformance
