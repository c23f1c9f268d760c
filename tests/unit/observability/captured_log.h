#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "emulator/observability/log.h"

namespace dynsessions::observability {

/// A log whose lines a test can read, without timestamps; each begins with its level.
class CapturedLog {
 public:
  explicit CapturedLog(LogFormat format, spdlog::level::level_enum level = spdlog::level::debug)
      : logger_(std::make_shared<spdlog::logger>(
            "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_))),
        format_(format) {
    logger_->set_pattern("%l %v");
    logger_->set_level(level);
  }

  [[nodiscard]] Log log() const { return Log(logger_, format_); }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::istringstream text(text_.str());
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  /// Returns the only line.
  [[nodiscard]] std::string line() const {
    const auto all = lines();
    return all.size() == 1 ? all.front() : std::to_string(all.size()) + " lines";
  }
  /// Returns the members of the only line, with its level.
  [[nodiscard]] nlohmann::json members() const {
    const std::string only = line();
    const std::size_t space = only.find(' ');
    auto members = nlohmann::json::parse("{" + only.substr(space + 1) + "}");
    members["level"] = only.substr(0, space);
    return members;
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> logger_;
  const LogFormat format_;
};

}  // namespace dynsessions::observability
