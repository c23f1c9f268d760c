#pragma once

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>  // whole, not json_fwd: a case holds JSON by value

namespace dynsessions::conformance {

/// The order of members is part of the contract, so every JSON value here keeps it.
using Json = nlohmann::ordered_json;

/// How we know what the service does, strongest first. CONTRACT.md calls them [R], [S], [C], [D] or
/// [K], and [I]; what a shipped client needs (its [K]) counts as `documented`.
enum class Evidence { recorded, specified, observed, documented, guess };

/// What running a case costs at most, per request; also the deadline of each of its requests.
enum class Cost {
  free,   ///< is refused before a session is needed
  cheap,  ///< a short program or a small file
  slow,   ///< waits for a limit of the service to pass
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

/// One exchange. Request and expectation are templates whose shape the loader has checked: what is
/// left in them of `${name}` is known only at run time (template.h).
struct Step {
  Json request;
  Json expect;
  Json capture;  ///< name -> JSON pointer into the body, or "header:NAME"
  Retry retry;
};

/// One sentence of the contract at one api-version, as data. Files of cases are described in
/// api-spec/README.md.
struct Case {
  std::string id;  ///< "execute.print@2024-10-02-preview"; unique among all files
  std::string title;
  std::string api_version;
  std::string operation;
  Evidence evidence{};
  std::string section;    ///< of CONTRACT.md
  std::string deviation;  ///< how the emulator knowingly differs from it; empty: it does not
  std::string note;       ///< of a doubt: what else the service might do; may be empty
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
