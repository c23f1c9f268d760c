#include <charconv>
#include <string>

#include "emulator/cli/admin_command.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

/// The time, how it passes, and a line for each timer that fired.
std::string clock_lines(const Json& answer) {
  std::string text = text_of(answer, "now") + ' ' + text_of(answer, "mode");
  const std::string rate = text_of(answer, "rate");
  if (rate != "1.0" && rate != "1") text += ", rate " + rate;
  text += '\n';
  for (const Json& fired : answer.value("fired", Json::array())) {
    text += text_of(fired, "at") + ' ' + text_of(fired, "what") + ' ' + text_of(fired, "session") +
            '\n';
  }
  return text;
}

ExitCode change_clock(const Invocation& call, const Json& change) {
  return ask_admin_api(call, {.method = "PUT", .path = "/clock", .body = change.dump()},
                       clock_lines);
}

ExitCode show_clock(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/clock"}, clock_lines);
}

ExitCode freeze_clock(const Invocation& call) {
  refuse_arguments(call);
  return change_clock(call, {{"mode", "frozen"}});
}

ExitCode resume_clock(const Invocation& call) {
  refuse_arguments(call);
  return change_clock(call, {{"mode", "running"}});
}

ExitCode set_clock(const Invocation& call) {
  return change_clock(call, {{"now", only_argument(call, "a time in UTC")}});
}

/// nullopt if the word is no number.
std::optional<double> number_in(const std::string& word) {
  double number = 0;
  const char* const last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data(), last, number);
  return error == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

ExitCode scale_clock(const Invocation& call) {
  const std::string word = only_argument(call, "a rate");
  const auto rate = number_in(word);
  if (!rate) throw config::ConfigError("clock scale: expected a number, not `" + word + "`");
  return change_clock(call, {{"mode", "running"}, {"rate", *rate}});
}

ExitCode advance_clock(const Invocation& call) {
  const std::string word = only_argument(call, "seconds, or a duration such as PT5M");
  const auto seconds = number_in(word);
  const Json body = seconds ? Json{{"seconds", *seconds}} : Json{{"by", word}};
  return ask_admin_api(call, {.method = "POST", .path = "/clock/advance", .body = body.dump()},
                       clock_lines);
}

constexpr Flag kClockFlags[] = {kPoolFlag, kOutputFlag};

constexpr std::string_view kClockExamples =
    "  dynsessions clock freeze --pool tests-1\n"
    "  dynsessions clock advance 300 --pool tests-1      sessions expire as after five minutes\n"
    "  dynsessions clock resume --pool tests-1\n";

constexpr Command clock_command(std::string_view name, std::string_view summary,
                                std::string_view description, std::string_view argument,
                                ExitCode (*run)(const Invocation&)) {
  return admin_command({.name = name,
                        .summary = summary,
                        .description = description,
                        .examples = kClockExamples,
                        .flags = kClockFlags,
                        .argument = argument,
                        .run = run});
}

}  // namespace

const Command kClockShow = clock_command(
    "clock show", "Show the clock of a pool or of the server.",
    "Shows the time of the clock and its rate. Cooldowns, timeouts of programs and time stamps "
    "follow\nthis clock; time inside programs does not.\n",
    "", show_clock);
const Command kClockFreeze = clock_command(
    "clock freeze", "Stop the clock.",
    "Stops the clock: nothing expires until it is advanced or resumed.\n", "", freeze_clock);
const Command kClockResume = clock_command(
    "clock resume", "Let a frozen clock run again.",
    "Lets a frozen clock run again, from the time that it shows.\n", "", resume_clock);
const Command kClockSet =
    clock_command("clock set", "Move the clock forward to a time.",
                  "Moves the clock forward to a time. Sessions and programs that are due until "
                  "then end.\nA clock never goes back; `dynsessions reset` returns to real time.\n",
                  "TIME", set_clock);
const Command kClockScale = clock_command(
    "clock scale", "Let the clock run faster or slower.",
    "Lets the clock run at RATE seconds per real second. Timeouts of programs follow it, too.\n",
    "RATE", scale_clock);
const Command kClockAdvance =
    clock_command("clock advance", "Move the clock forward by a duration.",
                  "Moves the clock forward by a duration, and lists the sessions and programs "
                  "that end on the way.\nReturns when the identifiers of expired sessions are "
                  "free.\n",
                  "SECONDS|DURATION", advance_clock);

}  // namespace dynsessions::cli
