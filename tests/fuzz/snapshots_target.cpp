// Parsers of files that tests put into a pool: archives (test_double/snapshots/) and scripts
// (test_double/scripts/).
//
// Input: an archive if the first byte is even, otherwise a script.

#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "emulator/base/shallow_json.h"
#include "emulator/base/utf8.h"
#include "emulator/test_double/scripts/script.h"
#include "emulator/test_double/snapshots/archive_walk.h"
#include "sandbox/base/unique_fd.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

using test_double::SnapshotCheck;

/// A refusal that the admin API can show.
void require_shown(const Error& error) {
  require(error.code == ErrorCode::invalid_request || error.code == ErrorCode::payload_too_large,
          "what is wrong is the client's fault");
  require(!error.message.empty() && is_valid_utf8(error.message), "a refusal has a text");
  require(!error.target.empty() && is_valid_utf8(error.target), "a refusal names a field");
}

void check_archive(std::string_view bytes) {
  const UniqueFd file(::memfd_create("archive", MFD_CLOEXEC));
  require(::write(file.get(), bytes.data(), bytes.size()) == ssize_t(bytes.size()), "written");
  SnapshotCheck walk;
  if (const Result<void> opened = walk.open({file.get()}); !opened) {
    return require_shown(opened.error());
  }
  for (;;) {
    const Result<bool> done = walk.step();
    if (!done) return require_shown(done.error());
    if (*done) break;
  }
  require(walk.files().size() == walk.manifest().sessions.size(), "files are counted by session");
}

void check_script(std::string_view text) {
  const nlohmann::json parsed = parse_shallow_json(text);
  if (parsed.is_discarded()) return;
  const auto script = test_double::parse_script(parsed);
  if (!script) return require_shown(script.error());
  const auto again = test_double::parse_script(test_double::to_json(*script));
  require(again.has_value(), "an answer can be sent back");
  require(again->rules.size() == script->rules.size(), "it is the same script");
  for (const auto& rule : script->rules) {
    (void)test_double::matches(rule, text, test_double::sha256_of(text));
  }
}

void check(Input input) {
  if (input.byte() % 2 == 0) {
    check_archive(input.rest());
  } else {
    check_script(input.rest());
  }
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
