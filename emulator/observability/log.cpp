#include "emulator/observability/log.h"

#include <array>
#include <mutex>
#include <utility>

#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/sha.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "emulator/base/output.h"
#include "emulator/base/printable.h"
#include "emulator/base/spdlog.h"
#include "emulator/base/terminal_style.h"
#include "emulator/base/utf8.h"

namespace dynsessions::observability {
namespace {

/// Name of the logger that exists if the format is JSON. Its messages are the members of an object.
constexpr const char* kJsonEvents = "dynsessions-events";

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::debug:
      return spdlog::level::debug;
  }
  return spdlog::level::info;
}

/// Returns JSON text in quotation marks, in which every character that a terminal would not show as
/// it is becomes `\uXXXX`.
std::string json_string(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  std::string json = "\"";
  for (std::string_view rest = valid; !rest.empty();) {
    const std::string_view before = rest;
    const std::uint32_t code_point = take_code_point(rest);
    if (code_point == '"' || code_point == '\\') {
      json += '\\';
      json += static_cast<char>(code_point);
    } else if (is_printable(code_point)) {
      json += before.substr(0, before.size() - rest.size());
    } else if (code_point <= 0xFFFF) {
      json += fmt::format("\\u{:04x}", code_point);
    } else {
      const std::uint32_t pair = code_point - 0x10000;
      json += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (pair >> 10), 0xDC00 + (pair & 0x3FF));
    }
  }
  return json + '"';
}

/// Formats a value for the text format: in quotation marks unless it reads as one word.
std::string word(std::string_view text) {
  std::string shown = printable(text);
  if (!shown.empty() && shown.find_first_of(" \"=") == std::string::npos) return shown;
  std::string marked = "\"";
  for (const char c : shown) marked.append(c == '"' ? "\\\"" : std::string(1, c));
  return marked + '"';
}

std::string_view level_name(spdlog::level::level_enum level) {
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

/// Formats each message as one JSON object.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch()) %
        std::chrono::seconds(1);
    const auto seconds = spdlog::log_clock::to_time_t(message.time);
    const std::string_view payload(message.payload.data(), message.payload.size());
    const bool is_event =
        std::string_view(message.logger_name.data(), message.logger_name.size()) == kJsonEvents;
    const std::string members =
        is_event ? std::string(payload) : R"("event":"message","message":)" + json_string(payload);
    fmt::format_to(fmt::appender(line),
                   R"({{"at":"{:%Y-%m-%dT%H:%M:%S}.{:03}Z","level":"{}",{}}})"
                   "\n",
                   fmt::gmtime(seconds), milliseconds.count(), level_name(message.level), members);
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
  if (format == LogFormat::json) return std::make_unique<JsonFormatter>();
  return std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v",
                                                     spdlog::pattern_time_type::utc);
}

std::string coloured(const TerminalStyle& style, spdlog::level::level_enum level,
                     std::string_view text) {
  switch (level) {
    case spdlog::level::err:
    case spdlog::level::critical:
      return style.red(text);
    case spdlog::level::warn:
      return style.yellow(text);
    case spdlog::level::info:
      return style.green(text);
    default:
      return std::string(text);
  }
}

std::string line_of(spdlog::formatter& formatter, const spdlog::details::log_msg& message,
                    const TerminalStyle& style) {
  spdlog::memory_buf_t buffer;
  formatter.format(message, buffer);
  const std::string_view line(buffer.data(), buffer.size());
  const std::size_t begin = message.color_range_start;
  const std::size_t end = message.color_range_end;
  if (end <= begin) return std::string(line);
  return std::string(line.substr(0, begin))
      .append(coloured(style, message.level, line.substr(begin, end - begin)))
      .append(line.substr(end));
}

class OutputSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  OutputSink(std::shared_ptr<Output> output, LogFormat format, TerminalStyle style)
      : base_sink(formatter_for(format)), output_(std::move(output)), style_(style) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    output_->write(line_of(*formatter_, message, style_));
  }
  void flush_() override {}

 private:
  const std::shared_ptr<Output> output_;
  const TerminalStyle style_;
};

/// Makes the line that replaces dropped lines.
Output::Notice notice_of_dropped_lines(LogFormat format, TerminalStyle style) {
  return [formatter = std::shared_ptr(formatter_for(format)), format, style](std::uint64_t count) {
    LogEvent event("log-lines-dropped",
                   fmt::format("{} lines are missing here: nothing read the log", count));
    event.in_sentence("lines", count);
    const bool json = format == LogFormat::json;
    const std::string text = json ? event.to_json_members() : event.to_text();
    const spdlog::details::log_msg message(json ? kJsonEvents : "dynsessions", spdlog::level::warn,
                                           text);
    return line_of(*formatter, message, style);
  };
}

}  // namespace

void start_log(std::shared_ptr<Output> output, std::string_view level, std::string_view format) {
  const LogFormat chosen = format == "json" ? LogFormat::json : LogFormat::text;
  const auto style = TerminalStyle::of_descriptor(STDERR_FILENO);
  output->use(notice_of_dropped_lines(chosen, style));
  const auto sink = std::make_shared<OutputSink>(std::move(output), chosen, style);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("dynsessions", sink));
  spdlog::drop(kJsonEvents);
  if (chosen == LogFormat::json) {
    spdlog::register_logger(std::make_shared<spdlog::logger>(kJsonEvents, sink));
  }
  spdlog::set_level(spdlog::level::from_str(std::string(level)));
}

LogEvent& LogEvent::in_sentence(std::string_view name, std::string_view value) {
  members_.push_back({name, std::string(value), false, true});
  return *this;
}

LogEvent& LogEvent::in_sentence(std::string_view name, double value) {
  members_.push_back({name, fmt::format("{:.1f}", value), true, true});
  return *this;
}

LogEvent& LogEvent::in_sentence(std::string_view name, std::uint64_t value) {
  members_.push_back({name, std::to_string(value), true, true});
  return *this;
}

LogEvent& LogEvent::add(std::string_view name, std::string_view value) {
  members_.push_back({name, std::string(value), false, false});
  return *this;
}

LogEvent& LogEvent::add(std::string_view name, std::uint64_t value) {
  members_.push_back({name, std::to_string(value), true, false});
  return *this;
}

LogEvent& LogEvent::add_if_known(std::string_view name, std::string_view value) {
  return value.empty() ? *this : add(name, value);
}

std::string LogEvent::to_text() const {
  std::string text = sentence_;
  for (const Member& member : members_) {
    if (member.in_sentence) continue;
    text.append(" ").append(member.name).append("=").append(word(member.value));
  }
  return text;
}

std::string LogEvent::to_json_members() const {
  std::string json = R"("event":)" + json_string(name_) + R"(,"message":)" + json_string(sentence_);
  for (const Member& member : members_) {
    json.append(",").append(json_string(member.name)).append(":");
    json += member.is_number ? member.value : json_string(member.value);
  }
  return json;
}

Log::Log() : logger_(spdlog::get(kJsonEvents)), format_(LogFormat::json) {
  if (logger_) return;
  logger_ = spdlog::default_logger();
  format_ = LogFormat::text;
}

Log::Log(std::shared_ptr<spdlog::logger> logger, LogFormat format)
    : logger_(std::move(logger)), format_(format) {}

bool Log::is_on(LogLevel level) const { return logger_->should_log(spdlog_level(level)); }

void Log::write(LogLevel level, const LogEvent& event) const {
  if (!is_on(level)) return;
  const std::string text = format_ == LogFormat::json ? event.to_json_members() : event.to_text();
  logger_->log(spdlog_level(level), spdlog::string_view_t(text));
}

std::string digest_of(std::string_view identifier) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  ::SHA256(reinterpret_cast<const unsigned char*>(identifier.data()), identifier.size(),
           digest.data());
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}

}  // namespace dynsessions::observability
