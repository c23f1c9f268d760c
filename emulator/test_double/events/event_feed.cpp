#include "emulator/test_double/events/event_feed.h"

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/timestamp.h"
#include "emulator/base/utf8.h"
#include "emulator/observability/event_names.h"
#include "emulator/pools/session.h"

namespace dynsessions::test_double {
namespace {

using execution::Kernel;
using execution::Stream;
using nlohmann::ordered_json;
using observability::name_of;

std::string_view stream_name(Stream stream) { return stream == Stream::out ? "stdout" : "stderr"; }

class PublishedSessions final : public pools::SessionEvents {
 public:
  PublishedSessions(const EventFeed& feed, pools::PoolName pool, const Clock& clock)
      : feed_(feed), pool_(std::move(pool)), clock_(clock) {}

  void session_allocated(const pools::Session& session) override {
    if (feed_.is_watched()) publish("session-allocated", session, ordered_json::object());
  }

  void allocation_failed(const Error& error) override {
    if (feed_.is_watched()) publish("allocation-failed", "", {{"message", error.message}});
  }

  void allocation_refused(const SessionIdentifier& identifier) override {
    if (feed_.is_watched()) publish("allocation-refused", "", {{"identifier", identifier.text()}});
  }

  void kernel_ended(const pools::Session& session, Kernel kernel,
                    const execution::KernelEnd& end) override {
    if (!feed_.is_watched()) return;
    publish("kernel-ended", session, {{"kernel", name_of(kernel)}, {"reason", name_of(end)}});
  }

  void session_ended(const pools::Session& session, pools::EndReason reason) override {
    if (feed_.is_watched()) publish("session-ended", session, {{"reason", name_of(reason)}});
  }

  void program_started(const pools::Session& session, Kernel kernel) override {
    if (feed_.is_watched()) publish("execution-started", session, {{"kernel", name_of(kernel)}});
  }

  void output_written(const pools::Session& session, Kernel kernel, Stream stream,
                      std::string_view bytes) override {
    if (!feed_.is_watched()) return unfinished_.clear();
    const Key key{session.guid(), kernel, stream};
    std::string text = std::exchange(unfinished_[key], {}).append(bytes);
    const std::size_t rest = unfinished_length(text);
    unfinished_[key] = text.substr(text.size() - rest);
    text.resize(text.size() - rest);
    publish_output(session, kernel, stream, text);
  }

  void program_ended(const pools::Session& session, Kernel kernel,
                     const execution::ExecutionResult& result) override {
    if (!feed_.is_watched()) return;
    for (const Stream stream : {Stream::out, Stream::err}) {
      const auto rest = unfinished_.extract({session.guid(), kernel, stream});
      if (!rest.empty()) publish_output(session, kernel, stream, rest.mapped());
    }
    ordered_json members{{"kernel", name_of(kernel)}, {"outcome", name_of(result.outcome)}};
    members["durationMs"] = result.duration.count();
    members["stdoutBytes"] = result.stdout_bytes;
    members["stderrBytes"] = result.stderr_bytes;
    members["cut"] = ordered_json::array();
    if (result.stdout_bytes > result.stdout_text.size()) members["cut"].push_back("stdout");
    if (result.stderr_bytes > result.stderr_text.size()) members["cut"].push_back("stderr");
    publish("execution-ended", session, std::move(members));
  }

 private:
  using Key = std::tuple<std::string, Kernel, Stream>;

  void publish_output(const pools::Session& session, Kernel kernel, Stream stream,
                      std::string_view bytes) const {
    if (bytes.empty()) return;
    ordered_json members{{"kernel", name_of(kernel)}, {"stream", stream_name(stream)}};
    members["text"] = to_valid_utf8(bytes);
    publish("output", session, std::move(members));
  }

  void publish(std::string_view name, const pools::Session& session, ordered_json members) const {
    members["identifier"] = session.identifier().text();
    publish(name, session.guid(), std::move(members));
  }

  void publish(std::string_view name, const std::string& session, ordered_json members) const {
    members["at"] = timestamp(clock_.now());
    members["pool"] = pool_.name;
    if (!session.empty()) members["session"] = session;
    feed_.publish({name, pool_, session, dumped(members)});
  }

  const EventFeed& feed_;
  const pools::PoolName pool_;
  const Clock& clock_;
  /// The beginning of an incomplete character, for each stream.
  std::map<Key, std::string> unfinished_;
};

}  // namespace

EventFeed::Subscription::Subscription(EventFeed& feed, Listener listener)
    : feed_(feed), listener_(std::move(listener)) {
  feed_.subscriptions_.push_back(this);
}

EventFeed::Subscription::~Subscription() { feed_.subscriptions_.remove(this); }

std::unique_ptr<pools::SessionEvents> EventFeed::for_sessions(pools::PoolName pool,
                                                              const Clock& clock) {
  return std::make_unique<PublishedSessions>(*this, std::move(pool), clock);
}

void EventFeed::publish(const FeedEvent& event) const {
  for (const Subscription* subscription : subscriptions_) subscription->listener_(event);
}

}  // namespace dynsessions::test_double
