#include "emulator/base/terminal_style.h"

#include <cstdlib>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sandbox/base/unique_fd.h"
#include "tests/support/catch.h"

namespace dynsessions {
namespace {

/// Sets a variable of this process while the object lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

bool has_colours(const TerminalStyle& style) { return style.bold("text") != "text"; }

TEST_CASE("only the headings of a text become bold", "[terminal]") {
  const std::string text = "Usage: program\n\nFlags:\n  --x: y:\n\nExamples:\n  a";
  CHECK(TerminalStyle().with_bold_headings(text) == text);
  CHECK(TerminalStyle(true).with_bold_headings(text) ==
        "Usage: program\n\n\x1b[1mFlags:\x1b[0m\n  --x: y:\n\n\x1b[1mExamples:\x1b[0m\n  a");
}

TEST_CASE("a terminal gets colours unless NO_COLOR or TERM=dumb is set", "[terminal]") {
  const UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal || ::isatty(terminal.get()) != 1) {
    WARN("skipped: this machine has no pseudo-terminals");
    return;
  }
  ::unsetenv("NO_COLOR");
  const Variable term("TERM", "xterm");
  CHECK(has_colours(TerminalStyle::of_descriptor(terminal.get())));
  {
    const Variable unwanted("NO_COLOR", "1");
    CHECK_FALSE(has_colours(TerminalStyle::of_descriptor(terminal.get())));
  }
  {
    const Variable empty("NO_COLOR", "");
    CHECK(has_colours(TerminalStyle::of_descriptor(terminal.get())));
  }
  const Variable dumb("TERM", "dumb");
  CHECK_FALSE(has_colours(TerminalStyle::of_descriptor(terminal.get())));
}

TEST_CASE("a file gets no colours", "[terminal]") {
  const UniqueFd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(has_colours(TerminalStyle::of_descriptor(file.get())));
}

}  // namespace
}  // namespace dynsessions
