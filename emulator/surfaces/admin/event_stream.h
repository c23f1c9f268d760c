#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/base/event.h"
#include "emulator/http/body_source.h"

namespace dynsessions::surfaces::admin {

/// Server-sent events (WHATWG HTML, 9.2) at the pace of their reader. A reader that is
/// slower than the events misses some; the event `dropped` says how many.
class EventStream : public http::BodySource {
 public:
  boost::asio::awaitable<Result<std::optional<std::string>>> next() override;

 protected:
  /// `comment` is sent at once, so that a reader knows that it misses nothing from then on.
  EventStream(const boost::asio::any_io_executor& executor, std::string_view comment);

  /// `data` has no line ends; `id` is empty if there is none.
  void push(std::string_view name, std::string_view data, std::string_view id = {});

 private:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  Event news_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace dynsessions::surfaces::admin
