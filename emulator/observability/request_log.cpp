#include "emulator/observability/request_log.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include <fmt/format.h>

#include "emulator/base/printable.h"
#include "emulator/base/spdlog.h"

namespace dynsessions::observability {
namespace {

constexpr std::size_t kLongestMethod = 32;
constexpr std::size_t kLongestPath = 1024;
constexpr std::size_t kLongestApiVersion = 64;

bool is_health_probe(const http::Exchange& exchange) {
  return exchange.surface == "admin" && exchange.path.starts_with("/health/") && !exchange.refusal;
}

LogLevel level_of(const http::Exchange& exchange) {
  if (!exchange.refusal) return is_health_probe(exchange) ? LogLevel::debug : LogLevel::info;
  switch (exchange.refusal->code) {
    case ErrorCode::internal:
      return LogLevel::error;
    case ErrorCode::pool_exhausted:
    case ErrorCode::sandbox_unavailable:
    case ErrorCode::storage_full:
    case ErrorCode::program_not_scripted:
      return LogLevel::warning;
    default:
      return LogLevel::info;
  }
}

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// Removes path segments that equal the session's identifier, which some clients put there.
std::string without_identifier(std::string_view text, const std::string& identifier) {
  if (identifier.empty()) return std::string(text);
  constexpr std::string_view kAfterSegment = "/?#`'\" ";
  const std::string segment = '/' + identifier;
  std::string shown;
  for (std::size_t at = text.find(segment); at != text.npos; at = text.find(segment)) {
    const std::size_t end = at + segment.size();
    const bool whole = end == text.size() || kAfterSegment.find(text[end]) != kAfterSegment.npos;
    shown.append(text.substr(0, whole ? at : end)).append(whole ? "/{identifier}" : "");
    text.remove_prefix(end);
  }
  return shown.append(text);
}

std::string shown_path(const http::Exchange& exchange) {
  return without_identifier(exchange.path, exchange.identifier).substr(0, kLongestPath);
}

std::string sentence_for(const http::Exchange& exchange, std::string_view path) {
  const std::string request = exchange.method.empty() ? "unreadable request"
                                                      : printable(exchange.method, kLongestMethod) +
                                                            ' ' + printable(path, kLongestPath);
  const double time = milliseconds(exchange.duration);
  if (exchange.status == 0) return fmt::format("{} unanswered after {:.1f} ms", request, time);
  return fmt::format("{} {} in {:.1f} ms{}", request, exchange.status, time,
                     exchange.delivered ? "" : ", not delivered");
}

/// The messages of the connection's own refusals are fixed texts, and they have no reason.
std::string_view reason_of(const http::Exchange& exchange) {
  const bool unreadable = exchange.refusal && exchange.refused_by == "connection";
  return unreadable ? std::string_view(exchange.refusal->message) : exchange.reason;
}

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ","));
}

LogEvent event_for(const http::Exchange& exchange) {
  const std::string path = shown_path(exchange);
  LogEvent event("request", sentence_for(exchange, path));
  event.in_sentence("method", std::string_view(exchange.method).substr(0, kLongestMethod));
  event.in_sentence("path", path);
  event.in_sentence("status", std::uint64_t(exchange.status));
  event.in_sentence("durationMs", milliseconds(exchange.duration));
  event.add_if_known("surface", exchange.surface);
  event.add_if_known("operation", exchange.operation);
  event.add_if_known("pool", exchange.pool);
  event.add_if_known("apiVersion",
                     std::string_view(exchange.api_version).substr(0, kLongestApiVersion));
  if (!exchange.identifier.empty()) event.add("identifier", digest_of(exchange.identifier));
  event.add_if_known("session", exchange.session);
  event.add("requestBytes", exchange.request_bytes);
  event.add("responseBytes", exchange.response_bytes);
  event.add("connection", exchange.connection);
  event.add("correlationId", exchange.correlation_id);
  event.add_if_known("traceparent", exchange.traceparent);
  event.add_if_known("faults", joined(exchange.faults));
  if (exchange.refusal) {
    event.add_if_known("refusedBy", exchange.refused_by);
    event.add_if_known("field", exchange.refusal->target);
  }
  event.add_if_known("reason", without_identifier(reason_of(exchange), exchange.identifier));
  event.add_if_known("warning", exchange.warning);
  return event;
}

}  // namespace

void RequestLog::exchange_ended(const http::Exchange& exchange) noexcept {
  const LogLevel level = level_of(exchange);
  if (!log_.is_on(level)) return;
  try {
    log_.write(level, event_for(exchange));
  } catch (const std::exception& error) {
    spdlog::error("a request could not be logged: {}", error.what());
  }
}

}  // namespace dynsessions::observability
