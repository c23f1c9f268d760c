#include "emulator/base/terminal_style.h"

#include <cstdlib>

#include <unistd.h>

namespace dynsessions {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing changes them
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

bool colours_are_unwanted() { return !variable("NO_COLOR").empty() || variable("TERM") == "dumb"; }

TerminalStyle TerminalStyle::of_descriptor(int descriptor) {
  return TerminalStyle(::isatty(descriptor) == 1 && !colours_are_unwanted());
}

std::string TerminalStyle::wrap(std::string_view code, std::string_view text) const {
  if (!colours_) return std::string(text);
  std::string wrapped = "\x1b[";
  return wrapped.append(code).append("m").append(text).append("\x1b[0m");
}

std::string TerminalStyle::with_bold_headings(std::string_view text) const {
  std::string styled;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const bool heading = !line.empty() && line.front() != ' ' && line.back() == ':';
    styled += heading ? bold(line) : std::string(line);
    text.remove_prefix(line.size());
    if (text.empty()) break;
    styled += '\n';
    text.remove_prefix(1);
  }
  return styled;
}

}  // namespace dynsessions
