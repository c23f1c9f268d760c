#include "emulator/test_double/journal/journal_recorder.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "emulator/base/spdlog.h"
#include "emulator/base/utf8.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kLongestBody = std::size_t{64} << 10;
constexpr std::size_t kLongestText = 2048;  ///< limit for a header field, a path or an identifier

void keep(KeptBody& kept, std::string_view bytes) {
  const std::string_view part = bytes.substr(0, kLongestBody - kept.text.size());
  kept.text.append(part);
  kept.size += bytes.size();
  kept.cut = kept.cut || part.size() < bytes.size();
}

/// Keeps a copy of the part of the request body that the operation reads.
class KeepingReader final : public http::BodyReader {
 public:
  KeepingReader(http::BodyReader& inner, KeptBody& kept) : inner_(inner), kept_(kept) {}

  asio::awaitable<Result<std::size_t>> read(std::span<char> into) override {
    const auto count = co_await inner_.read(into);
    if (count) keep(kept_, {into.data(), *count});
    co_return count;
  }
  [[nodiscard]] std::size_t read_arrived(std::span<char> into) override {
    const std::size_t count = inner_.read_arrived(into);
    keep(kept_, {into.data(), count});
    return count;
  }

 private:
  http::BodyReader& inner_;
  KeptBody& kept_;
};

/// Keeps a copy of the body of a streamed answer.
class KeepingSource final : public http::BodySource {
 public:
  KeepingSource(std::unique_ptr<http::BodySource> inner, std::shared_ptr<JournalEntry> entry)
      : inner_(std::move(inner)), entry_(std::move(entry)) {}

  asio::awaitable<Result<std::optional<std::string>>> next() override {
    auto piece = co_await inner_->next();
    if (piece && *piece) keep(entry_->response, **piece);
    co_return piece;
  }

 private:
  const std::unique_ptr<http::BodySource> inner_;
  const std::shared_ptr<JournalEntry> entry_;  ///< shared with the journal
};

/// Whether a body is kept; files are not.
bool is_kept(const http::Headers& headers) {
  const auto type = headers.find("content-type").value_or("");
  return !type.starts_with("multipart/") && !type.starts_with("application/octet-stream");
}

void keep_answer(http::Response& response, const std::shared_ptr<JournalEntry>& entry) {
  if (!is_kept(response.headers)) return;
  if (const auto* const text = std::get_if<std::string>(&response.body)) {
    keep(entry->response, *text);
  } else if (auto* const stream = std::get_if<http::StreamBody>(&response.body)) {
    stream->source = std::make_unique<KeepingSource>(std::move(stream->source), entry);
  }
}

std::string bounded(std::string_view text) {
  return to_valid_utf8(text.substr(0, std::min(kLongestText, text.size())));
}

std::vector<std::pair<std::string, std::string>> without_secrets(const auto& fields) {
  std::vector<std::pair<std::string, std::string>> kept;
  for (const auto& [name, value] : fields) {
    if (!is_secret_field(name)) kept.emplace_back(bounded(name), bounded(value));
  }
  return kept;
}

/// Returns valid UTF-8 for JSON, even if the body was cut inside a character or is binary.
void make_text(KeptBody& body) {
  if (body.text.empty()) return;
  if (!is_valid_utf8(body.text)) body.text = to_valid_utf8(body.text);
  blank_tokens(body.text);
}

void fill_decision(JournalEntry& entry, const http::Exchange& exchange) {
  entry.refused_by = exchange.refused_by;
  entry.reason = exchange.reason;
  if (entry.reason.empty() && exchange.refusal) entry.reason = exchange.refusal->message;
}

}  // namespace

asio::awaitable<http::Answer> JournalRecorder::handle(http::Call& call, http::Next next) {
  const auto entry = std::make_shared<JournalEntry>();
  const bool keeps_bodies = keeps_bodies_ && call.exchange.surface == "data-plane";
  KeepingReader reader(*call.body, entry->request);
  if (keeps_bodies && is_kept(call.request.headers)) call.body = &reader;
  call.exchange.wants_displays = keeps_bodies;
  entry->request_headers = without_secrets(call.request.headers);
  entry->query = without_secrets(call.request.target.query);
  entry->client = bounded(call.request.headers.find("user-agent").value_or(""));
  http::Answer answer = co_await next(call);
  if (answer) {
    entry->status = answer->status;
    entry->response_headers = without_secrets(answer->headers);
    if (keeps_bodies) keep_answer(*answer, entry);
  }
  fill(*entry, call.exchange);
  entry->displays = std::move(call.exchange.displays);
  blank_tokens(entry->displays);
  make_text(entry->request);
  journal_.add(entry);
  open_.emplace(&call.exchange, entry);
  co_return answer;
}

void JournalRecorder::fill(JournalEntry& entry, const http::Exchange& exchange) const {
  entry.surface = exchange.surface;
  entry.operation = exchange.operation;
  entry.pool = {exchange.subscription, exchange.resource_group, exchange.pool};
  entry.at = pools_.clock_of(entry.pool).now();
  entry.method = bounded(exchange.method);
  entry.path = bounded(exchange.path);
  entry.scheme = exchange.scheme;
  entry.api_version = bounded(exchange.api_version);
  entry.identifier = bounded(exchange.identifier);
  entry.principal = bounded(exchange.principal);
  entry.session = exchange.session;
  entry.correlation_id = exchange.correlation_id;
  fill_decision(entry, exchange);
  entry.faults = exchange.faults;
  entry.traceparent = exchange.traceparent;
  entry.stdout_bytes = exchange.stdout_bytes;
  entry.stderr_bytes = exchange.stderr_bytes;
  entry.stdout_cut = exchange.stdout_cut;
  entry.stderr_cut = exchange.stderr_cut;
  entry.allocation_time = exchange.allocation_time;
  entry.execution_time = exchange.execution_time;
  entry.duration = std::chrono::steady_clock::now() - exchange.started;
}

void JournalRecorder::exchange_ended(const http::Exchange& exchange) noexcept {
  try {
    EntryPointer entry;
    if (const auto found = open_.find(&exchange); found != open_.end()) {
      entry = std::move(found->second);
      open_.erase(found);
    } else {  // the connection refused the request
      entry = std::make_shared<JournalEntry>();
      fill(*entry, exchange);
      journal_.add(entry);
    }
    make_text(entry->response);
    // Called again, because the surface can refuse a request after the filters.
    fill_decision(*entry, exchange);
    entry->status = exchange.status;
    entry->duration = exchange.duration;
    entry->delivered = exchange.delivered;
    entry->request.size = exchange.request_bytes;
    entry->response.size = exchange.response_bytes;
    journal_.end(entry);
  } catch (const std::exception& error) {
    spdlog::error("a request is missing in the journal: {}", error.what());
  }
}

}  // namespace dynsessions::test_double
