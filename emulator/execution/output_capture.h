#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "emulator/base/event.h"
#include "emulator/execution/spool.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::execution {

/// One stream of an interpreter, read all the time; kept between begin() and end(). Event-loop
/// thread only. Outlives the coroutines that it makes.
class OutputCapture {
 public:
  /// Receives bytes before they are stored. Can be empty.
  using Listener = std::function<void(std::string_view bytes)>;

  OutputCapture(const boost::asio::any_io_executor& executor, UniqueFd pipe);
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

  /// Reads until the last writer or close() closes the pipe. Call it once.
  boost::asio::awaitable<void> read_until_closed();

  /// Drops the contents of the pipe, then keeps all later bytes and passes them to `listener`.
  void begin(TextSpooler text, Listener listener);

  struct Captured {
    SpooledText text;
    std::uint64_t written = 0;  ///< bytes, including those that were dropped
  };
  /// Returns what was written since begin(), including what is in the pipe at this moment, but not
  /// what a writer adds in the meantime. The listener is forgotten.
  boost::asio::awaitable<Captured> end();

  void close();

 private:
  class Busy;

  [[nodiscard]] std::size_t waiting_bytes() const;
  [[nodiscard]] std::string read_now(std::size_t most, bool& at_end);
  boost::asio::awaitable<void> until_free();
  boost::asio::awaitable<void> keep(std::string bytes);

  boost::asio::posix::stream_descriptor pipe_;
  TextSpooler text_;
  Listener listener_;
  std::uint64_t written_ = 0;
  Event freed_;
  bool keeping_ = false;
  bool busy_ = false;  ///< a coroutine has read bytes and not yet stored them
};

}  // namespace dynsessions::execution
