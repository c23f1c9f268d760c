#pragma once

#include <string>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/test_double/journal/journal.h"

namespace dynsessions::test_double {

/// A line of JSON per entry, with the bodies that are kept.
[[nodiscard]] std::string as_ndjson(const std::vector<Journal::EntryPointer>& entries);

/// HTTP Archive 1.2, for the developer tools of browsers.
[[nodiscard]] std::string as_har(const std::vector<Journal::EntryPointer>& entries,
                                 const std::string& version);

/// A file of conformance cases with one case, whose steps send the execute requests again and
/// expect the same status, output and value. For `dynsessions conform --cases`. `conflict` if there
/// is nothing to repeat.
[[nodiscard]] Result<std::string> as_cases(const std::vector<Journal::EntryPointer>& entries);

}  // namespace dynsessions::test_double
