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

/// How we know what the service does, strongest first; api-spec/README.md explains the levels. What
/// a shipped client needs counts as `documented`.
enum class Evidence { recorded, specified, observed, documented, guess };

/// What running a case costs at most, per request; also the deadline of each of its requests.
enum class Cost {
  free,   ///< is refused before a session is needed
  cheap,  ///< a short program or a small file
  slow,   ///< waits for a limit of the service to pass, or moves a lot; only run when asked for
};

/// Which session `${identifier}` names.
enum class SessionUse {
  none,    ///< no session comes into being
  shared,  ///< one session for all such cases: they leave nothing behind that another could see
  fresh,   ///< one of its own, deleted afterwards
};

/// A request that is sent until its answer is as expected; once, unless a case says otherwise.
struct Retry {
  unsigned attempts = 1;
  std::chrono::milliseconds pause{0};
};

/// A request and what is expected of its answer: templates whose shape the loader has checked. What
/// is left in them of `${name}` is known only at run time (template.h).
struct Exchange {
  Json request;
  Json expect;
  Json capture;  ///< name -> JSON pointer into the body, or "header:NAME"
};

/// What is sent at once: one exchange, or several over a connection each when calls are to meet.
struct Step {
  std::vector<Exchange> exchanges;
  Retry retry;
};

/// How the emulator knowingly differs from what a case says of the service. It explains differences
/// in these places only: any other is as unexpected as everywhere else.
struct Deviation {
  std::string is;               ///< empty: the emulator does not differ
  std::vector<std::string> at;  ///< globs over Difference::where, such as "$.type"

  [[nodiscard]] bool exists() const { return !is.empty(); }
  [[nodiscard]] bool explains(const std::string& where) const;
};

/// One sentence of the contract at one api-version, as data. Files of cases are described in
/// api-spec/README.md.
struct Case {
  std::string id;  ///< "execute.print@2024-10-02-preview"; unique among all files
  std::string title;
  std::string api_version;
  std::string operation;
  Evidence evidence{};
  std::string section;  ///< of CONTRACT.md
  Deviation deviation;
  std::string note;  ///< of a doubt: what else the service might do; may be empty
  Needs needs;       ///< of the server, beyond what every run gives it
  Cost cost{};
  SessionUse session{};
  std::vector<Step> steps;

  /// The id without its api-version.
  [[nodiscard]] std::string name() const { return id.substr(0, id.find('@')); }
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
