#include "emulator/execution/agent_process.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <sys/ioctl.h>

#include "emulator/base/event.h"
#include "emulator/base/utf8.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

namespace {

using Descriptor = asio::posix::stream_descriptor;
/// A socket to Asio too: a write to one whose peer has gone raises no SIGPIPE, which would end us.
using Socket = asio::local::stream_protocol::socket;

/// One captured stream.
struct Capture {
  Capture(const asio::any_io_executor& executor, UniqueFd fd) : pipe(executor, fd.release()) {
    pipe.non_blocking(true);
  }

  void keep(std::string_view bytes) {
    if (!keeping) return;
    const std::size_t room = limit - std::min(limit, text.size());
    text.append(bytes.substr(0, room));
  }

  /// Takes what is in the pipe at this moment, and not what a writer adds meanwhile.
  void drain() {
    int waiting = 0;
    if (!pipe.is_open() || ::ioctl(pipe.native_handle(), FIONREAD, &waiting) != 0) return;
    std::array<char, 65536> buffer;
    while (waiting > 0) {
      boost::system::error_code error;
      const std::size_t wanted = std::min(buffer.size(), static_cast<std::size_t>(waiting));
      const std::size_t got = pipe.read_some(asio::buffer(buffer.data(), wanted), error);
      if (error || got == 0) return;
      keep({buffer.data(), got});
      waiting -= static_cast<int>(got);
    }
  }

  Descriptor pipe;
  std::string text;
  std::size_t limit = 0;
  bool keeping = false;
};

}  // namespace

struct AgentIo {
  AgentIo(asio::any_io_executor executor, std::vector<UniqueFd> descriptors, std::size_t limit)
      : control(executor, asio::local::stream_protocol(), descriptors.at(0).release()),
        out(executor, std::move(descriptors.at(1))),
        err(executor, std::move(descriptors.at(2))),
        changed(executor) {
    control.non_blocking(true);
    out.limit = err.limit = limit;
  }

  void enter(AgentState next) {
    state = next;
    changed.notify();
  }

  /// False when the agent broke the protocol.
  bool take_frame(std::string_view payload) {
    auto frame = sandbox::decode_agent_frame(payload);
    if (!frame) return false;
    if (auto* finished = std::get_if<sandbox::ResultFrame>(&*frame)) {
      // A late answer to a program that was given up is not the answer to this one.
      if (state != AgentState::running || finished->id != current_id) return true;
      result = std::move(*finished);
      enter(AgentState::finished);
    } else if (state == AgentState::starting) {
      enter(AgentState::idle);
    }
    return true;
  }

  Socket control;
  Capture out;
  Capture err;
  Event changed;
  sandbox::FrameReader frames;
  AgentState state = AgentState::starting;
  std::uint64_t current_id = 0;
  sandbox::ResultFrame result;
};

namespace {

// Both wait first and read then, into memory that they give back at once: a thousand idle sessions
// would have three buffers each otherwise.

/// What is there now; nothing at the end.
template <typename Stream>
std::optional<std::string> read_now(Stream& stream) {
  std::array<char, 65536> buffer;
  boost::system::error_code error;
  const std::size_t size = stream.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block) return std::string();
  if (error) return std::nullopt;
  return std::string(buffer.data(), size);
}

asio::awaitable<void> read_control(std::shared_ptr<AgentIo> io) {
  while (true) {
    const auto [error] =
        co_await io->control.async_wait(Socket::wait_read, asio::as_tuple(asio::use_awaitable));
    const auto bytes = error ? std::nullopt : read_now(io->control);
    if (!bytes) co_return io->enter(AgentState::gone);
    io->frames.append(*bytes);
    while (auto payload = io->frames.next()) {
      if (!io->take_frame(*payload)) co_return io->enter(AgentState::gone);
    }
  }
}

asio::awaitable<void> read_output(std::shared_ptr<AgentIo> io, Capture AgentIo::*stream) {
  Capture& capture = (*io).*stream;
  while (true) {
    const auto [error] = co_await capture.pipe.async_wait(Descriptor::wait_read,
                                                          asio::as_tuple(asio::use_awaitable));
    const auto bytes = error ? std::nullopt : read_now(capture.pipe);
    if (!bytes) co_return;
    capture.keep(*bytes);
  }
}

asio::awaitable<void> write_frame(std::shared_ptr<AgentIo> io, std::string frame) {
  co_await asio::async_write(io->control, asio::buffer(frame),
                             asio::as_tuple(asio::use_awaitable));  // the reader sees a break
}

/// For coroutines that must not fail silently: a frame over the limit throws, and so may memory.
auto give_up_on_exception(std::shared_ptr<AgentIo> io) {
  return [io = std::move(io)](const std::exception_ptr& exception) {
    if (exception) io->enter(AgentState::gone);
  };
}

std::string take_text(Capture& capture) {
  capture.drain();
  capture.keeping = false;
  return to_valid_utf8(std::exchange(capture.text, {}));
}

}  // namespace

AgentProcess::AgentProcess(asio::any_io_executor executor, std::vector<UniqueFd> descriptors,
                           std::size_t output_limit_bytes)
    : io_(std::make_shared<AgentIo>(executor, std::move(descriptors), output_limit_bytes)) {
  asio::co_spawn(executor, read_control(io_), give_up_on_exception(io_));
  asio::co_spawn(executor, read_output(io_, &AgentIo::out), give_up_on_exception(io_));
  asio::co_spawn(executor, read_output(io_, &AgentIo::err), give_up_on_exception(io_));
}

AgentProcess::~AgentProcess() { hang_up(); }

void AgentProcess::hang_up() {
  boost::system::error_code ignored;  // the descriptors are gone whatever close(2) says
  io_->control.close(ignored);
  io_->out.pipe.close(ignored);
  io_->err.pipe.close(ignored);
}

void AgentProcess::begin(std::uint64_t id, const std::string& code) {
  for (Capture* capture : {&io_->out, &io_->err}) {
    capture->drain();  // late output of earlier programs is dropped
    capture->text.clear();
    capture->keeping = true;
  }
  io_->current_id = id;
  if (io_->state == AgentState::gone) return;
  io_->state = AgentState::running;
  asio::co_spawn(io_->control.get_executor(),
                 write_frame(io_, sandbox::encode_execute_frame(id, code)),
                 give_up_on_exception(io_));
}

AgentProcess::Output AgentProcess::end() {
  if (io_->state != AgentState::gone) io_->state = AgentState::idle;
  std::string stdout_text = take_text(io_->out);
  return {std::move(stdout_text), take_text(io_->err)};
}

AgentState AgentProcess::state() const { return io_->state; }

sandbox::ResultFrame AgentProcess::take_result() { return std::exchange(io_->result, {}); }

asio::awaitable<void> AgentProcess::wait_while(AgentState state, Clock& clock,
                                               Clock::TimePoint deadline) {
  bool expired = false;
  auto expire = [&expired, io = io_] {
    expired = true;
    io->changed.notify();
  };
  const ScopedTimer timer(clock, deadline, expire);
  while (io_->state == state && !expired) co_await io_->changed.wait();
}

}  // namespace dynsessions::execution
