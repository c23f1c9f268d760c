#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spdlog {
class logger;
}

namespace dynsessions {
class Output;
}

namespace dynsessions::observability {

/// The levels of `--log-level`:
/// - error: the emulator failed: a bug, a sandbox that cannot be made;
/// - warning: a limit, a kernel that died, a client on the wrong port;
/// - info: requests, and the life of sessions;
/// - debug: connections, routing decisions, requests to the launcher, health probes.
enum class LogLevel { error, warning, info, debug };

enum class LogFormat {
  text,  ///< a line per event: time, level, a sentence, then name=value
  json,  ///< an object per line: `at`, `level`, `event`, `message` and the members of the event
};

/// Sends the log to `output`: messages of `level` (error, warning, info or debug) and above, in
/// `format` (text or json). It includes lines that other code writes with spdlog, as the event
/// `message`, and the number of lines that the output has dropped, as the event
/// `log-lines-dropped`.
void start_log(std::shared_ptr<Output> output, std::string_view level,
               std::string_view format = "text");

/// One event for the log: a sentence and named values. The names are stable, because programs read
/// them. Values can be untrusted bytes; they are made safe when they are written.
class LogEvent {
 public:
  /// `name` is for example "session-ended"; the caller has made both texts printable.
  LogEvent(std::string_view name, std::string sentence)
      : name_(name), sentence_(std::move(sentence)) {}

  /// Adds a value that the sentence also contains, so that the text format does not repeat it.
  LogEvent& in_sentence(std::string_view name, std::string_view value);
  LogEvent& in_sentence(std::string_view name, double value);
  LogEvent& in_sentence(std::string_view name, std::uint64_t value);
  LogEvent& add(std::string_view name, std::string_view value);
  LogEvent& add(std::string_view name, std::uint64_t value);
  /// Does nothing if the value is empty.
  LogEvent& add_if_known(std::string_view name, std::string_view value);

  [[nodiscard]] std::string to_text() const;
  /// Returns the members of a JSON object, without braces.
  [[nodiscard]] std::string to_json_members() const;

 private:
  struct Member {
    std::string_view name;
    std::string value;
    bool is_number;
    bool in_sentence;
  };

  std::string_view name_;
  std::string sentence_;
  std::vector<Member> members_;
};

/// The destination of events. A handle: copies write to the same log. Event-loop thread only.
class Log {
 public:
  /// The log that start_log() started.
  Log();
  Log(std::shared_ptr<spdlog::logger> logger, LogFormat format);

  [[nodiscard]] bool is_on(LogLevel level) const;
  void write(LogLevel level, const LogEvent& event) const;

 private:
  std::shared_ptr<spdlog::logger> logger_;
  LogFormat format_;
};

/// Stands for an identifier in the log: the first 8 hexadecimal digits of its SHA-256. Equal
/// identifiers have equal digests; a short or common identifier can be guessed from it.
[[nodiscard]] std::string digest_of(std::string_view identifier);

}  // namespace dynsessions::observability
