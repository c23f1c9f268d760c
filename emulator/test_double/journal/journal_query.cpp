#include "emulator/test_double/journal/journal_query.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/utf8.h"
#include "emulator/test_double/json_members.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;

constexpr std::size_t kShownEntries = 3;
constexpr std::size_t kLongestShown = 200;  ///< in characters
constexpr std::size_t kLongestCode = std::size_t{64} << 10;
constexpr std::size_t kMostInOrder = 1000;

std::string in_quotes(std::string_view text) {
  const std::string_view shown = first_characters(text, kLongestShown);
  return dumped(json(shown)) + (shown.size() < text.size() ? "…" : "");
}

std::string in_quotes_or_json(const json& value) {
  if (value.is_string()) return in_quotes(value.get<std::string>());
  return dumped(value).substr(0, kLongestShown);
}

struct TextMember {
  const char* name;
  std::string (*of)(const JournalEntry& entry);
};

constexpr std::array kTexts{
    TextMember{"operation", [](const JournalEntry& entry) { return std::string(entry.operation); }},
    TextMember{"identifier", [](const JournalEntry& entry) { return entry.identifier; }},
    TextMember{"method", [](const JournalEntry& entry) { return entry.method; }},
    TextMember{"path", [](const JournalEntry& entry) { return entry.path; }},
    TextMember{"pool", [](const JournalEntry& entry) { return entry.pool.name; }},
    TextMember{"principal", [](const JournalEntry& entry) { return entry.principal; }},
    TextMember{"client", [](const JournalEntry& entry) { return entry.client; }},
    TextMember{"session", [](const JournalEntry& entry) { return entry.session; }},
    TextMember{"apiVersion", [](const JournalEntry& entry) { return entry.api_version; }},
    TextMember{"reason", [](const JournalEntry& entry) { return entry.reason; }},
    TextMember{"stdout", [](const JournalEntry& entry) { return program_of(entry).stdout_text; }},
    TextMember{"stderr", [](const JournalEntry& entry) { return program_of(entry).stderr_text; }},
};

/// Whether the text of an entry's member matches; methods are compared in upper case.
bool is_wanted(const std::string& name, const std::string& wanted, std::string found) {
  return matches_glob(name == "method" ? boost::algorithm::to_upper_copy(wanted) : wanted, found);
}

/// Returns a result as text: a string unchanged, any other value as JSON.
std::string shown_result(const json& result) {
  return result.is_string() ? result.get<std::string>() : dumped(result);
}

void compare_result(const json& wanted, const JournalEntry& entry,
                    std::vector<std::string>& different) {
  if (!program_of(entry).is_known) {
    different.emplace_back("it has no result");
    return;
  }
  const json found(result_of(entry));
  const bool same = wanted.is_string()
                        ? matches_glob(wanted.get<std::string>(), shown_result(found))
                        : wanted == found;
  if (same) return;
  different.push_back(
      fmt::format("result is {}, not {}", in_quotes_or_json(found), in_quotes_or_json(wanted)));
}

std::string text_in(const JournalEntry& entry, const std::string& name) {
  const auto* const found = std::find_if(
      kTexts.begin(), kTexts.end(), [&name](const TextMember& one) { return name == one.name; });
  return found->of(entry);
}

bool has_fault(const JournalEntry& entry, const std::string& wanted) {
  return std::any_of(entry.faults.begin(), entry.faults.end(),
                     [&wanted](const std::string& id) { return matches_glob(wanted, id); });
}

void compare_code(const EntryMatch& match, const JournalEntry& entry,
                  std::vector<std::string>& different) {
  const ExecutedProgram program = program_of(entry);
  const std::string found = program.is_known ? in_quotes(program.code) : "not known";
  if (match.code && program.code != *match.code) {
    different.push_back(fmt::format("code is {}, not {}", found, in_quotes(*match.code)));
  }
  if (match.code_pattern && !match.code_pattern->found_in(program.code)) {
    different.push_back(
        fmt::format("code is {}, without {}", found, in_quotes(match.code_pattern_text)));
  }
}

std::string list_of(const std::vector<Journal::EntryPointer>& entries) {
  std::string text;
  for (std::size_t i = 0; i < std::min(entries.size(), kShownEntries); ++i) {
    text += "\n  " + description_of(*entries[i]);
  }
  if (entries.size() > kShownEntries) {
    text += fmt::format("\n  and {} more", entries.size() - kShownEntries);
  }
  return text;
}

/// Lists the entries with the fewest differences, and these differences.
std::string near_misses(const EntryMatch& match,
                        const std::vector<Journal::EntryPointer>& entries) {
  std::vector<std::pair<std::vector<std::string>, const JournalEntry*>> misses;
  for (const auto& entry : entries) {
    auto different = differences(match, *entry);
    if (!different.empty()) misses.emplace_back(std::move(different), entry.get());
  }
  std::stable_sort(misses.begin(), misses.end(), [](const auto& left, const auto& right) {
    return left.first.size() < right.first.size();
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(misses.size(), kShownEntries); ++i) {
    text += fmt::format("\n  {}: {}", description_of(*misses[i].second),
                        fmt::join(misses[i].first, "; "));
  }
  return text.empty() ? text : "\nnearest:" + text;
}

std::string expected_count(const Expectation& expectation) {
  if (!expectation.at_most) return fmt::format("at least {}", expectation.at_least);
  if (*expectation.at_most == expectation.at_least) {
    return expectation.at_least == 0 ? "none" : fmt::format("exactly {}", expectation.at_least);
  }
  if (expectation.at_least == 0) return fmt::format("at most {}", *expectation.at_most);
  return fmt::format("{} to {}", expectation.at_least, *expectation.at_most);
}

Verdict verify_count(const Expectation& expectation,
                     const std::vector<Journal::EntryPointer>& entries) {
  std::vector<Journal::EntryPointer> matching;
  for (const auto& entry : entries) {
    if (differences(expectation.match, *entry).empty()) matching.push_back(entry);
  }
  Verdict verdict;
  verdict.found = matching.size();
  verdict.expected = expected_count(expectation);
  const bool too_few = verdict.found < expectation.at_least;
  verdict.ok = !too_few && verdict.found <= expectation.at_most.value_or(verdict.found);
  if (verdict.ok) return verdict;
  verdict.message = fmt::format("expected {} of: {}; found {} among {} requests", verdict.expected,
                                description_of(expectation.match), verdict.found, entries.size());
  if (!matching.empty()) verdict.message += "\nfound:" + list_of(matching);
  if (too_few) verdict.message += near_misses(expectation.match, entries);
  return verdict;
}

Verdict verify_order(const Expectation& expectation,
                     const std::vector<Journal::EntryPointer>& entries) {
  Verdict verdict;
  verdict.expected = fmt::format("{} in this order", expectation.order.size());
  auto next = entries.begin();
  std::vector<Journal::EntryPointer> found;
  for (const EntryMatch& match : expectation.order) {
    next = std::find_if(next, entries.end(), [&match](const Journal::EntryPointer& entry) {
      return differences(match, *entry).empty();
    });
    if (next == entries.end()) break;
    found.push_back(*next++);
  }
  verdict.found = found.size();
  verdict.ok = found.size() == expectation.order.size();
  if (verdict.ok) return verdict;
  const EntryMatch& missing = expectation.order[found.size()];
  verdict.message =
      fmt::format("expected {} requests in order; number {} is missing: {}",
                  expectation.order.size(), found.size() + 1, description_of(missing));
  if (!found.empty()) verdict.message += "\nfound before it:" + list_of(found);
  const std::uint64_t last = found.empty() ? 0 : found.back()->id;
  for (const auto& entry : entries) {
    if (entry->id > last || !differences(missing, *entry).empty()) continue;
    verdict.message += "\ntoo early: " + description_of(*entry);
    return verdict;
  }
  verdict.message += near_misses(missing, entries);
  return verdict;
}

/// Whether the verdict does not depend on requests that were forgotten.
bool is_certain(const Expectation& expectation, const Verdict& verdict) {
  if (expectation.before) return false;
  if (!expectation.order.empty()) return verdict.ok;
  if (expectation.at_most && verdict.found > *expectation.at_most) return true;
  return !expectation.at_most && verdict.ok;
}

using Entries = std::vector<Journal::EntryPointer>;

/// The verdict if no request matches `after` or `before`.
Verdict without_border(const char* name, const EntryMatch& border, const Entries& entries) {
  Verdict verdict;
  verdict.expected = std::string("a request that matches `") + name + '`';
  verdict.message = fmt::format("no request matches `{}`: {}", name, description_of(border)) +
                    near_misses(border, entries);
  return verdict;
}

/// The requests between `after` and `before`, or the verdict that one of these is missing.
std::variant<Entries, Verdict> entries_between(const Expectation& expectation,
                                               const Entries& entries) {
  const auto matches = [](const EntryMatch& match) {
    return
        [&match](const Journal::EntryPointer& entry) { return differences(match, *entry).empty(); };
  };
  auto begin = entries.begin();
  if (expectation.after) {
    begin = std::find_if(begin, entries.end(), matches(*expectation.after));
    if (begin == entries.end()) return without_border("after", *expectation.after, entries);
    ++begin;
  }
  auto end = entries.end();
  if (expectation.before) {
    end = std::find_if(begin, entries.end(), matches(*expectation.before));
    if (end == entries.end()) return without_border("before", *expectation.before, entries);
  }
  return Entries(begin, end);
}

Verdict verdict_on(const Expectation& expectation, const Entries& entries) {
  const auto between = entries_between(expectation, entries);
  if (const auto* const missing = std::get_if<Verdict>(&between)) return *missing;
  const Entries& counted = std::get<Entries>(between);
  return expectation.order.empty() ? verify_count(expectation, counted)
                                   : verify_order(expectation, counted);
}

}  // namespace

Result<EntryMatch> parse_entry_match(const json& object, const std::string& path) {
  JsonMembers members(object, path);
  EntryMatch match;
  for (const TextMember& member : kTexts) {
    if (auto value = members.text(member.name)) match.texts.push_back({member.name, *value});
  }
  if (auto fault = members.text("fault")) match.texts.push_back({"fault", *fault});
  match.status = members.number("status", 0, 599);
  if (const json* const result = members.find("result")) match.result = *result;
  match.code = members.text("code", kLongestCode);
  if (const auto expression = members.text("codePattern")) {
    auto pattern = TextPattern::parse(*expression, members.path_of("codePattern"));
    if (!pattern) return pattern.error();
    match.code_pattern = *std::move(pattern);
    match.code_pattern_text = *expression;
  }
  if (const Result<void> good = members.finish(); !good) return good.error();
  return match;
}

std::vector<std::string> differences(const EntryMatch& match, const JournalEntry& entry) {
  std::vector<std::string> different;
  for (const auto& [name, value] : match.texts) {
    if (name == "fault") {
      if (!has_fault(entry, value)) different.push_back("no fault " + in_quotes(value) + " hit it");
      continue;
    }
    const std::string found = text_in(entry, name);
    if (is_wanted(name, value, found)) continue;
    different.push_back(fmt::format("{} is {}, not {}", name, in_quotes(found), in_quotes(value)));
  }
  if (match.status && entry.status != *match.status) {
    different.push_back(fmt::format("status is {}, not {}", entry.status, *match.status));
  }
  if (match.result) compare_result(*match.result, entry, different);
  if (match.code || match.code_pattern) compare_code(match, entry, different);
  return different;
}

std::string description_of(const EntryMatch& match) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : match.texts) parts.push_back(name + ' ' + in_quotes(value));
  if (match.status) parts.push_back(fmt::format("status {}", *match.status));
  if (match.result) parts.push_back("result " + in_quotes_or_json(*match.result));
  if (match.code) parts.push_back("code " + in_quotes(*match.code));
  if (match.code_pattern) parts.push_back("code with " + in_quotes(match.code_pattern_text));
  return parts.empty() ? "any request" : fmt::format("{}", fmt::join(parts, ", "));
}

Result<Expectation> parse_expectation(const json& body) {
  constexpr std::uint64_t kMost = 1'000'000'000;
  JsonMembers members(body, "");
  Expectation expectation;
  const json* const match = members.find("match");
  const json* const order = members.find("order");
  const json* const after = members.find("after");
  const json* const before = members.find("before");
  const auto count = members.number("count", 0, kMost);
  const auto at_least = members.number("atLeast", 0, kMost);
  const auto at_most = members.number("atMost", 0, kMost);
  if (count && (at_least || at_most)) {
    members.fail("count", "excludes atLeast and atMost");
  } else if (at_least && at_most && *at_least > *at_most) {
    members.fail("atMost", "is below atLeast");
  } else if (order != nullptr && (match != nullptr || count || at_least || at_most)) {
    members.fail("order", "excludes match and numbers");
  } else if (order != nullptr &&
             (!order->is_array() || order->empty() || order->size() > kMostInOrder)) {
    members.fail("order", "expected a list of 1 to 1000 matches");
  }
  if (const Result<void> good = members.finish(); !good) return good.error();
  for (const auto& [value, name, border] : {std::tuple(after, "after", &expectation.after),
                                            std::tuple(before, "before", &expectation.before)}) {
    if (value == nullptr) continue;
    auto parsed = parse_entry_match(*value, name);
    if (!parsed) return parsed.error();
    border->emplace(*std::move(parsed));
  }
  if (order != nullptr) {
    for (std::size_t i = 0; i < order->size(); ++i) {
      auto one = parse_entry_match((*order)[i], fmt::format("order[{}]", i));
      if (!one) return one.error();
      expectation.order.push_back(*std::move(one));
    }
    return expectation;
  }
  auto parsed = parse_entry_match(match == nullptr ? json::object() : *match, "match");
  if (!parsed) return parsed.error();
  expectation.match = *std::move(parsed);
  expectation.at_most = count ? count : at_most;
  expectation.at_least = count ? *count : at_least.value_or(at_most ? 0 : 1);
  return expectation;
}

std::vector<std::pair<std::string, const EntryMatch*>> matches_in(const Expectation& expectation) {
  std::vector<std::pair<std::string, const EntryMatch*>> all{{"match", &expectation.match}};
  for (std::size_t i = 0; i < expectation.order.size(); ++i) {
    all.emplace_back(fmt::format("order[{}]", i), &expectation.order[i]);
  }
  if (expectation.after) all.emplace_back("after", &*expectation.after);
  if (expectation.before) all.emplace_back("before", &*expectation.before);
  return all;
}

Result<Verdict> verify(const Expectation& expectation,
                       const std::vector<Journal::EntryPointer>& entries, std::uint64_t forgotten) {
  Verdict verdict = verdict_on(expectation, entries);
  if (forgotten > 0 && !is_certain(expectation, verdict)) {
    return Error{ErrorCode::conflict,
                 fmt::format("The journal has forgotten the oldest {} requests, so this cannot be "
                             "verified.",
                             forgotten),
                 "journal", "raise --journal-mb, or DELETE the journal before the test"};
  }
  return verdict;
}

std::vector<std::string> shared_identifiers(const std::vector<Journal::EntryPointer>& entries) {
  struct User {
    std::string principal;
    std::string client;
    bool is_reported = false;
  };
  std::map<std::pair<std::string, std::string>, User> users;  // keyed by pool and identifier
  std::vector<std::string> warnings;
  for (const auto& entry : entries) {
    if (entry->identifier.empty() || entry->session.empty()) continue;
    const auto [found, is_new] = users.try_emplace({entry->pool.key(), entry->identifier},
                                                   User{entry->principal, entry->client});
    User& user = found->second;
    if (is_new || user.is_reported) continue;
    const bool same = user.principal == entry->principal && user.client == entry->client;
    if (same) continue;
    user.is_reported = true;
    const bool principals = user.principal != entry->principal;
    warnings.push_back(fmt::format(
        "the identifier {} of pool {} is used by two {}, {} and {}: they share one session",
        in_quotes(entry->identifier), entry->pool.name, principals ? "principals" : "clients",
        in_quotes(principals ? user.principal : user.client),
        in_quotes(principals ? entry->principal : entry->client)));
  }
  return warnings;
}

}  // namespace dynsessions::test_double
