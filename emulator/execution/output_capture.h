#pragma once

#include <cstddef>
#include <string>

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
  OutputCapture(const boost::asio::any_io_executor& executor, UniqueFd pipe);
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

  /// Reads until the last writer or close() closes the pipe. To be run once.
  boost::asio::awaitable<void> read_on();

  /// Drops what is in the pipe, and keeps what comes then.
  void begin(TextSpooler text);

  /// Returns what was written since begin(), including what is in the pipe at this moment, but not
  /// what a writer adds in the meantime.
  boost::asio::awaitable<SpooledText> end();

  void close();

 private:
  class Busy;

  [[nodiscard]] std::size_t waiting_bytes() const;
  [[nodiscard]] std::string read_now(std::size_t most, bool& at_end);
  boost::asio::awaitable<void> until_free();

  boost::asio::posix::stream_descriptor pipe_;
  TextSpooler text_;
  Event freed_;
  bool keeping_ = false;
  bool busy_ = false;  ///< somebody reads and has not put away what was read
};

}  // namespace dynsessions::execution
