#include <algorithm>
#include <string>
#include <vector>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <nlohmann/json.hpp>

#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

/// Parts of pools that a reset does not touch.
struct Kept {
  bool sessions = false;
  bool faults = false;
  bool journal = false;
  bool clock = false;
  bool script = false;
};

/// The words of all parameters `keep`; throws away nothing that the client wrote.
std::vector<std::string> kept_words(const http::Request& request) {
  std::vector<std::string> all;
  for (const auto& [name, list] : request.target.query) {
    if (name != "keep" || list.empty()) continue;
    std::vector<std::string> words;
    boost::algorithm::split(words, list, boost::algorithm::is_any_of(","));
    all.insert(all.end(), words.begin(), words.end());
  }
  return all;
}

Result<Kept> parse_kept(const http::Request& request) {
  Kept kept;
  for (const std::string& word : kept_words(request)) {
    bool* const part = word == "sessions"  ? &kept.sessions
                       : word == "faults"  ? &kept.faults
                       : word == "journal" ? &kept.journal
                       : word == "clock"   ? &kept.clock
                       : word == "script"  ? &kept.script
                                           : nullptr;
    if (part == nullptr) {
      return wrong_field("keep",
                         "expected faults, journal, clock, script or sessions, with commas "
                         "between them");
    }
    *part = true;
  }
  return kept;
}

using test_double::MovableClock;

/// A clock that starts over can go back, and time stamps of sessions must not be in the
/// future.
bool would_go_back(const std::vector<MovableClock>& clocks) {
  return std::any_of(clocks.begin(), clocks.end(), [](const MovableClock& one) {
    return one.pool && one.pool->sessions().size() > 0 && !one.clock->is_as_new();
  });
}

}  // namespace

asio::awaitable<http::Answer> reset(AdminCall& call) {
  if (const auto known = only_parameters(call.http, {"keep"}); !known) co_return known.error();
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  if (!body->members.empty()) {
    co_return wrong_field(body->members.begin().key(), "a reset has no members",
                          "what to keep stands in the query: ?keep=faults,clock");
  }
  const auto kept = parse_kept(call.http.request);
  if (!kept) co_return kept.error();
  const std::vector<MovableClock> clocks = clocks_of(call);
  if (!kept->clock) co_await test_double::until_still(clocks);
  if (kept->sessions && !kept->clock && would_go_back(clocks)) {
    co_return Error{ErrorCode::conflict,
                    "keep: sessions can only be kept with their clock, which has been adjusted.",
                    "keep", "send keep=sessions,clock"};
  }
  std::size_t ended = 0;
  for (const MovableClock& one : clocks) {
    if (kept->sessions || !one.pool) continue;
    ended += one.pool->sessions().size();
    co_await one.pool->sessions().evict_all();
  }
  for (const MovableClock& one : clocks) {
    if (!kept->clock) one.clock->start_over();
  }
  if (!kept->sessions) {
    call.pool ? call.services.pools.reopen(*call.pool) : call.services.pools.reopen_all();
  }
  if (!kept->faults) call.services.faults.clear(call.pool);
  if (!kept->journal) {
    call.services.journal.clear(call.pool);
    call.services.slots.clear(call.pool);
  }
  if (!kept->script) call.services.scripts.clear(call.pool);
  co_return json_answer({{"sessionsEnded", ended}});
}

}  // namespace dynsessions::surfaces::admin
