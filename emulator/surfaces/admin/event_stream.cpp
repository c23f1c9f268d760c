#include "emulator/surfaces/admin/event_stream.h"

#include <utility>

namespace dynsessions::surfaces::admin {
namespace {

std::string event_of(std::string_view name, std::string_view data, std::string_view id) {
  std::string event;
  if (!id.empty()) event.append("id: ").append(id).append("\n");
  event.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
  return event;
}

}  // namespace

EventStream::EventStream(const boost::asio::any_io_executor& executor, std::string_view comment)
    : news_(executor) {
  waiting_.push_back(": " + std::string(comment) + "\n\n");
  waiting_bytes_ = waiting_.front().size();
}

boost::asio::awaitable<Result<std::optional<std::string>>> EventStream::next() {
  while (waiting_.empty()) co_await news_.wait();
  std::string event = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= event.size();
  if (waiting_.empty() && dropped_ > 0) {
    const std::string lost = "{\"dropped\":" + std::to_string(std::exchange(dropped_, 0)) + "}";
    event += event_of("dropped", lost, {});
  }
  co_return std::optional(std::move(event));
}

void EventStream::push(std::string_view name, std::string_view data, std::string_view id) {
  // At least one event is kept, whatever its size.
  const bool is_full = waiting_.size() >= kMostWaiting || waiting_bytes_ + data.size() > kMostBytes;
  if (dropped_ > 0 || (is_full && !waiting_.empty())) {
    ++dropped_;  // drops events until the reader has caught up, so that there is only one gap
    return;
  }
  waiting_.push_back(event_of(name, data, id));
  waiting_bytes_ += waiting_.back().size();
  news_.notify();
}

}  // namespace dynsessions::surfaces::admin
