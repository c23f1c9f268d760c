#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/suggestion.h"
#include "emulator/base/timestamp.h"
#include "emulator/base/value_kind.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/test_double/journal/journal_export.h"
#include "emulator/test_double/journal/journal_query.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;
using test_double::Journal;
using Entries = std::vector<Journal::EntryPointer>;

constexpr std::uint64_t kDefaultLimit = 1000;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  return value_kinds::parse_number(text, 0, kNoLimit);
}

/// The parameters of a query: those of a match, `since` and `limit`.
struct JournalQuery {
  test_double::EntryMatch match;
  std::uint64_t after_id = 0;
  Clock::TimePoint after_time = Clock::TimePoint::min();
  std::uint64_t limit = kDefaultLimit;
};

Result<void> assign_since(JournalQuery& query, const std::string& text) {
  if (const auto id = parse_whole(text)) {
    query.after_id = *id;
    return {};
  }
  if (const auto time = parse_timestamp(text)) {
    query.after_time = *time;
    return {};
  }
  return wrong_field("since",
                     "expected the id of a request, or a time such as "
                     "\"2026-03-01T12:00:00Z\"");
}

/// Refuses an unknown operation, because a misspelt name would never match.
Result<void> check_operation(const AdminCall& call, const test_double::EntryMatch& match,
                             const std::string& field) {
  std::vector<std::string_view> known;
  for (const auto& operation : call.services.faults.context().operations) {
    known.push_back(operation.name);
  }
  for (const auto& [name, glob] : match.texts) {
    // The empty name stands for requests on unknown paths.
    const bool is_known =
        name != "operation" || glob.empty() ||
        std::any_of(known.begin(), known.end(), [&glob = glob](std::string_view one) {
          return test_double::matches_glob(glob, one);
        });
    if (is_known) continue;
    return wrong_field(field, "there is no operation `" + glob + "`" + did_you_mean(glob, known));
  }
  return {};
}

Result<JournalQuery> parse_query(const AdminCall& call) {
  JournalQuery query;
  nlohmann::json match = nlohmann::json::object();
  for (const auto& [name, text] : call.http.request.target.query) {
    if (name == "since") {
      if (const auto assigned = assign_since(query, text); !assigned) return assigned.error();
    } else if (name == "limit" || name == "status") {
      const auto number = parse_whole(text);
      if (!number) return wrong_field(name, "expected a whole number");
      if (name == "limit") query.limit = *number;
      if (name == "status") match["status"] = *number;
    } else if (name != "format") {
      match[name] = text;
    }
  }
  auto parsed = test_double::parse_entry_match(match, "");
  if (!parsed) return parsed.error();
  query.match = *std::move(parsed);
  const auto known = check_operation(call, query.match, "operation");
  if (!known) return known.error();
  return query;
}

/// The newest entries of the scope that the query is about, oldest first.
Entries select(const AdminCall& call, const JournalQuery& query) {
  Entries found;
  for (const auto& entry : call.services.journal.entries(call.pool)) {
    const bool is_later = entry->id > query.after_id && entry->at >= query.after_time;
    if (is_later && test_double::differences(query.match, *entry).empty()) found.push_back(entry);
  }
  if (found.size() > query.limit) {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(query.limit));
  }
  return found;
}

Result<void> check_operations(const AdminCall& call, const test_double::Expectation& expectation) {
  for (const auto& [path, match] : test_double::matches_in(expectation)) {
    const auto known = check_operation(call, *match, path + ".operation");
    if (!known) return known.error();
  }
  return {};
}

Json verdict_json(const test_double::Verdict& verdict) {
  Json json{{"ok", verdict.ok}};
  if (!verdict.ok) json["message"] = verdict.message;
  json["expected"] = verdict.expected;
  json["found"] = verdict.found;
  return json;
}

}  // namespace

asio::awaitable<http::Answer> get_journal(AdminCall& call) {
  const auto query = parse_query(call);
  if (!query) co_return query.error();
  const Entries entries = select(call, *query);
  Json values = Json::array();
  for (const auto& entry : entries) values.push_back(test_double::to_json(*entry));
  Json json{{"value", std::move(values)}};
  json["forgotten"] = call.services.journal.forgotten(call.pool);
  json["warnings"] = test_double::shared_identifiers(entries);
  co_return json_answer(json);
}

asio::awaitable<http::Answer> delete_journal(AdminCall& call) {
  call.services.journal.clear(call.pool);
  co_return no_content();
}

asio::awaitable<http::Answer> verify_journal(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  const auto expectation = test_double::parse_expectation(body->members);
  if (!expectation) co_return expectation.error();
  if (const auto known = check_operations(call, *expectation); !known) co_return known.error();
  const Journal& journal = call.services.journal;
  const auto verdict =
      test_double::verify(*expectation, journal.entries(call.pool), journal.forgotten(call.pool));
  if (!verdict) co_return verdict.error();
  co_return json_answer(verdict_json(*verdict), verdict->ok ? 200 : 409);
}

asio::awaitable<http::Answer> export_journal(AdminCall& call) {
  auto query = parse_query(call);
  if (!query) co_return query.error();
  const auto& target = call.http.request.target;
  if (!target.query_value("limit")) query->limit = kNoLimit;
  const std::string format(target.query_value("format").value_or("ndjson"));
  const Entries entries = select(call, *query);
  if (format == "ndjson") {
    co_return text_answer(test_double::as_ndjson(entries), "application/x-ndjson");
  }
  if (format == "har") {
    co_return text_answer(test_double::as_har(entries, call.services.version), "application/json");
  }
  if (format == "case") {
    auto cases = test_double::as_cases(entries);
    if (!cases) co_return cases.error();
    co_return text_answer(*std::move(cases), "application/json");
  }
  co_return wrong_field("format", "expected har, ndjson or case");
}

}  // namespace dynsessions::surfaces::admin
