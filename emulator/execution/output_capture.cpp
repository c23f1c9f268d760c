#include "emulator/execution/output_capture.h"

#include <algorithm>
#include <array>
#include <utility>

#include <sys/ioctl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions::execution {
namespace asio = boost::asio;

namespace {

using Descriptor = asio::posix::stream_descriptor;

/// Default capacity of a pipe (pipe(7)).
constexpr std::size_t kPiece = std::size_t{64} << 10;

}  // namespace

/// Marks a capture as busy while one exists.
class OutputCapture::Busy {
 public:
  explicit Busy(OutputCapture& capture) : capture_(capture) { capture_.busy_ = true; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    capture_.busy_ = false;
    capture_.freed_.notify();
  }

 private:
  OutputCapture& capture_;
};

OutputCapture::OutputCapture(const asio::any_io_executor& executor, UniqueFd pipe)
    : pipe_(executor, pipe.release()), freed_(executor) {
  pipe_.non_blocking(true);
}

std::size_t OutputCapture::waiting_bytes() const {
  int waiting = 0;
  auto& pipe = const_cast<Descriptor&>(pipe_);  // native_handle() is not const
  if (!pipe.is_open() || ::ioctl(pipe.native_handle(), FIONREAD, &waiting) != 0) return 0;
  return static_cast<std::size_t>(waiting);
}

/// Reads the bytes that have arrived, into a buffer on the stack: otherwise a thousand idle
/// sessions would have two buffers each.
std::string OutputCapture::read_now(std::size_t most, bool& at_end) {
  std::array<char, kPiece> buffer;
  boost::system::error_code error;
  const std::size_t wanted = std::min(most, buffer.size());
  const std::size_t size = pipe_.read_some(asio::buffer(buffer.data(), wanted), error);
  at_end = error && error != asio::error::would_block;
  return error ? std::string() : std::string(buffer.data(), size);
}

asio::awaitable<void> OutputCapture::until_free() {
  while (busy_) co_await freed_.wait();
}

asio::awaitable<void> OutputCapture::read_until_closed() {
  bool at_end = false;
  while (!at_end) {
    const auto [error] =
        co_await pipe_.async_wait(Descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    co_await until_free();
    const Busy busy(*this);
    std::string bytes = read_now(kPiece, at_end);
    if (keeping_) co_await keep(std::move(bytes));
  }
}

asio::awaitable<void> OutputCapture::keep(std::string bytes) {
  written_ += bytes.size();
  if (listener_) listener_(bytes);
  return text_.append(std::move(bytes));
}

void OutputCapture::begin(TextSpooler text, Listener listener) {
  bool at_end = false;
  for (std::size_t waiting = waiting_bytes(); waiting > 0 && !at_end;) {
    const std::size_t size = read_now(waiting, at_end).size();
    if (size == 0) break;
    waiting -= size;
  }
  text_ = std::move(text);
  listener_ = std::move(listener);
  written_ = 0;
  keeping_ = true;
}

asio::awaitable<OutputCapture::Captured> OutputCapture::end() {
  co_await until_free();
  const Busy busy(*this);
  bool at_end = false;
  for (std::size_t waiting = waiting_bytes(); waiting > 0 && !at_end;) {
    std::string bytes = read_now(waiting, at_end);
    if (bytes.empty()) break;
    waiting -= bytes.size();
    co_await keep(std::move(bytes));
  }
  keeping_ = false;
  listener_ = nullptr;
  Captured captured{text_.take(), written_};
  co_return captured;
}

void OutputCapture::close() {
  boost::system::error_code ignored;  // the descriptor is gone whatever close(2) says
  pipe_.close(ignored);
}

}  // namespace dynsessions::execution
