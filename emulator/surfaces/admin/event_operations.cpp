#include <memory>
#include <string>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/event_stream.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/test_double/events/event_feed.h"
#include "emulator/test_double/journal/journal.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using test_double::EventFeed;
using test_double::FeedEvent;
using test_double::Journal;
using test_double::JournalEntry;

/// The events that a reader asked for.
struct Interest {
  Journal::Scope pool;
  std::string session;  ///< guid of a session; empty: all sessions

  [[nodiscard]] bool has(const pools::PoolName& of_pool, const std::string& of_session) const {
    return (!pool || of_pool.key() == pool->key()) && (session.empty() || of_session == session);
  }
};

std::string text_of(const JournalEntry& entry) { return dumped(test_double::to_json(entry)); }

/// The stream of requests, one event for each that has ended.
class Requests final : public EventStream {
 public:
  Requests(const asio::any_io_executor& executor, Journal& journal, Interest interest)
      : EventStream(executor, "journal"),
        interest_(std::move(interest)),
        requests_(journal, [this](const Journal::EntryPointer& entry) {
          if (!interest_.has(entry->pool, entry->session)) return;
          push("request", text_of(*entry), std::to_string(entry->id));
        }) {}

 private:
  const Interest interest_;
  const Journal::Subscription requests_;
};

/// The stream of requests and of events in sessions.
class Everything final : public EventStream {
 public:
  Everything(const asio::any_io_executor& executor, const Services& services, Interest interest)
      : EventStream(executor, "events"),
        interest_(std::move(interest)),
        requests_(services.journal,
                  [this](const Journal::EntryPointer& entry) {
                    if (!interest_.has(entry->pool, entry->session)) return;
                    push("request", text_of(*entry), std::to_string(entry->id));
                  }),
        sessions_(services.events, [this](const FeedEvent& event) {
          if (interest_.has(event.pool, event.session)) push(event.name, event.data);
        }) {}

 private:
  const Interest interest_;
  const Journal::Subscription requests_;
  const EventFeed::Subscription sessions_;
};

http::Response events_answer(std::unique_ptr<http::BodySource> source) {
  http::Response response;
  response.headers.add("content-type", "text/event-stream");
  response.headers.add("cache-control", "no-store");
  response.body = http::StreamBody{.source = std::move(source),
                                   .lifetime = http::StreamBody::Lifetime::endless};
  return response;
}

Interest interest_of(const AdminCall& call) {
  return {call.pool, std::string(call.http.request.target.query_value("session").value_or(""))};
}

}  // namespace

asio::awaitable<http::Answer> follow_journal(AdminCall& call) {
  const auto executor = co_await asio::this_coro::executor;
  co_return events_answer(
      std::make_unique<Requests>(executor, call.services.journal, interest_of(call)));
}

asio::awaitable<http::Answer> follow_events(AdminCall& call) {
  const auto executor = co_await asio::this_coro::executor;
  co_return events_answer(std::make_unique<Everything>(executor, call.services, interest_of(call)));
}

}  // namespace dynsessions::surfaces::admin
