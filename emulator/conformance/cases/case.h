#pragma once

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>  // whole, not json_fwd: a case holds JSON by value

#include "emulator/conformance/cases/needs.h"

namespace dynsessions::conformance {

/// The order of members is part of the contract, so every JSON value here keeps it.
using Json = nlohmann::ordered_json;

/// The evidence for a behaviour of the service, strongest first; api-spec/README.md explains the
/// levels. A behaviour that a shipped client needs counts as `documented`.
enum class Evidence { recorded, specified, observed, documented, guess };

/// The highest cost of a case, per request; also sets the deadline of each of its requests.
enum class Cost {
  free,   ///< the service refuses it before it needs a session
  cheap,  ///< a short program or a small file
  slow,   ///< waits for a limit of the service to pass, or transfers a lot; only run on request
};

/// The session that `${identifier}` names.
enum class SessionUse {
  none,    ///< no session is created
  shared,  ///< one session for all such cases, which leave nothing behind in it
  fresh,   ///< a separate session, deleted afterwards
};

/// The interface that a case is about.
enum class Plane {
  data,     ///< a pool and its sessions
  control,  ///< Azure Resource Manager
};

/// Repeats a request until its answer is as expected. Without it, the request is sent once.
struct Retry {
  unsigned attempts = 1;
  std::chrono::milliseconds pause{0};
};

/// A request and the expected answer: templates whose shape the loader has checked. A `${name}`
/// that is left in them is known only at run time (template.h).
struct Exchange {
  Json request;
  Json expect;
  Json capture;  ///< name -> JSON pointer into the body, or "header:NAME"
};

/// Exchanges that are sent at once: usually one; several, each on a separate connection, if calls
/// must overlap.
struct Step {
  std::vector<Exchange> exchanges;
  Retry retry;
};

/// A known difference between the emulator and a case. It explains differences in these places
/// only; any other difference is unexpected.
struct Deviation {
  std::string is;               ///< empty: the emulator does not differ
  std::vector<std::string> at;  ///< globs over Difference::where, such as "$.type"

  [[nodiscard]] bool exists() const { return !is.empty(); }
  [[nodiscard]] bool explains(const std::string& where) const;
};

/// One sentence of the contract at one api-version, as data. api-spec/README.md describes files of
/// cases.
struct Case {
  std::string id;  ///< "execute.print@2024-10-02-preview"; unique among all files
  std::string title;
  std::string api_version;
  std::string operation;
  Evidence evidence{};
  std::string section;  ///< section of CONTRACT.md, or "PAGE section"; can be empty
  Plane plane{};
  Deviation deviation;
  std::string note;  ///< for a guess, other possible behaviour; can be empty
  Needs needs;       ///< options of the server, besides those of every run
  Cost cost{};
  SessionUse session{};
  std::vector<Step> steps;

  /// The id without its api-version.
  [[nodiscard]] std::string name() const { return id.substr(0, id.find('@')); }
  /// Page and section: "CONTRACT.md 1.4", "CONTROL-PLANE.md 1.3"; empty without a section.
  [[nodiscard]] std::string source() const;
};

/// A file of cases that cannot be used; the message names every problem, one a line.
class CaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[nodiscard]] const char* name_of(Evidence evidence);
[[nodiscard]] std::chrono::seconds deadline_of(Cost cost);

/// All levels in the order of strength, for tables.
inline constexpr Evidence kEvidenceLevels[] = {Evidence::recorded, Evidence::specified,
                                               Evidence::observed, Evidence::documented,
                                               Evidence::guess};

}  // namespace dynsessions::conformance
