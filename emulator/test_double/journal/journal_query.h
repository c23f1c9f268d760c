#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/result.h"
#include "emulator/test_double/journal/journal.h"
#include "emulator/test_double/text_pattern.h"

namespace dynsessions::test_double {

/// Selects entries. Absent members match every entry.
struct EntryMatch {
  struct Text {
    std::string name;   ///< of the member: "identifier"
    std::string value;  ///< a glob; for `code`, the exact text
  };
  std::vector<Text> texts;
  std::optional<std::uint64_t> status;
  std::optional<nlohmann::json> result;  ///< a string is a glob for the result as text
  std::optional<std::string> code;
  std::optional<TextPattern> code_pattern;
  std::string code_pattern_text;
};

/// Reads {"operation", "identifier", "method", "path", "pool", "principal", "client", "session",
/// "apiVersion", "reason", "stdout", "stderr", "fault", "status", "result", "code",
/// "codePattern"}. `path` is put before the names of fields in errors.
[[nodiscard]] Result<EntryMatch> parse_entry_match(const nlohmann::json& object,
                                                   const std::string& path);

/// Why the entry does not match, a text per member that differs: `identifier is "b", not "a"`.
/// Empty: it matches.
[[nodiscard]] std::vector<std::string> differences(const EntryMatch& match,
                                                   const JournalEntry& entry);

/// "operation execute, status 200"; "any request"
[[nodiscard]] std::string description_of(const EntryMatch& match);

/// A test's expectation of the requests so far.
struct Expectation {
  EntryMatch match;
  std::uint64_t at_least = 1;
  std::optional<std::uint64_t> at_most;
  /// Not empty: requests in this order, possibly with others between them.
  std::vector<EntryMatch> order;
  /// If set, only requests after the first match count.
  std::optional<EntryMatch> after;
  /// If set, only requests before the first match (after that of `after`) count.
  std::optional<EntryMatch> before;
};

/// Reads {"match", "count"}, {"match", "atLeast", "atMost"} or {"order": [match, …]}, each with
/// "after" and "before", matches between which the requests must be. Without a number, at least one
/// is expected.
[[nodiscard]] Result<Expectation> parse_expectation(const nlohmann::json& body);

/// The matches of an expectation, each with the path of its field.
[[nodiscard]] std::vector<std::pair<std::string, const EntryMatch*>> matches_in(
    const Expectation& expectation);

struct Verdict {
  bool ok = false;
  std::uint64_t found = 0;  ///< matching entries; for `order`, the matches found in order
  std::string expected;     ///< "exactly 2"
  std::string message;      ///< lines for a test framework to print; empty if ok
};

/// `conflict` if requests were forgotten that could have changed the verdict.
[[nodiscard]] Result<Verdict> verify(const Expectation& expectation,
                                     const std::vector<Journal::EntryPointer>& entries,
                                     std::uint64_t forgotten);

/// Returns a sentence for each identifier that different principals or clients used, because their
/// users share the state of a session.
[[nodiscard]] std::vector<std::string> shared_identifiers(
    const std::vector<Journal::EntryPointer>& entries);

}  // namespace dynsessions::test_double
