#include "emulator/execution/agent_process.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "emulator/base/event.h"
#include "emulator/base/offload.h"
#include "emulator/base/spawn.h"
#include "emulator/execution/output_capture.h"
#include "sandbox/agents/python/agent_frames.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

namespace {

/// The control descriptor is used as a socket, because a write to a socket whose peer has closed
/// raises no SIGPIPE, which would end this process.
using Socket = asio::local::stream_protocol::socket;
using sandbox::ResultFrame;
using ValueKind = sandbox::ResultFrame::ValueKind;

/// Bytes of a result's texts that are read at once.
constexpr std::size_t kTextPiece = std::size_t{64} << 10;
/// Programs longer than this are put into their frame on the file pool.
constexpr std::size_t kLongProgram = std::size_t{1} << 20;

}  // namespace

struct AgentIo {
  AgentIo(AgentServices services_, std::vector<UniqueFd> descriptors)
      : services(std::move(services_)),
        control(services.executor, asio::local::stream_protocol(), descriptors.at(0).release()),
        out(services.executor, std::move(descriptors.at(1))),
        err(services.executor, std::move(descriptors.at(2))),
        changed(services.executor) {
    control.non_blocking(true);
  }

  void enter(AgentState next) {
    state = next;
    changed.notify();
  }

  [[nodiscard]] bool awaits_frame() const {
    return state == AgentState::starting || state == AgentState::running;
  }

  const AgentServices services;
  Socket control;
  OutputCapture out;
  OutputCapture err;
  Event changed;
  AgentState state = AgentState::starting;
  std::uint64_t current_id = 0;
  std::shared_ptr<SpoolFile> file = {};  ///< file of the running program; shared with its texts
  AgentResult result = {};
  bool reading = false;    ///< a coroutine reads the control socket, and notices its end
  bool peer_left = false;  ///< the agent has closed its end
};

namespace {

/// Reads exactly as much as `into` holds. Returns false if the agent has gone or has stalled.
asio::awaitable<bool> read_rest(std::shared_ptr<AgentIo> io, asio::mutable_buffer into) {
  boost::system::error_code at_end;
  into += io->control.read_some(into, at_end);  // usually all of it has arrived
  if (into.size() == 0) co_return true;
  if (at_end && at_end != asio::error::would_block) co_return false;
  Clock& clock = io->services.real_time;
  auto give_up = [io] { io->control.cancel(); };
  const ScopedTimer timer(clock, clock.now() + io->services.frame_time, std::move(give_up));
  const auto [error, size] =
      co_await asio::async_read(io->control, into, asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

/// The next frame, without its texts; nullopt if the agent has gone or does not keep to the
/// protocol. Waits for its first byte without a deadline, which the callers of wait_while() have.
asio::awaitable<std::optional<sandbox::AgentFrame>> read_frame(std::shared_ptr<AgentIo> io) {
  const auto [error] =
      co_await io->control.async_wait(Socket::wait_read, asio::as_tuple(asio::use_awaitable));
  if (error) co_return std::nullopt;
  std::array<char, sandbox::kFrameHeaderBytes> header;
  const bool has_header = co_await read_rest(io, asio::buffer(header));
  if (!has_header) co_return std::nullopt;
  const std::size_t size = sandbox::announced_length({header.data(), header.size()});
  if (size > sandbox::kMaxFrameBytes) co_return std::nullopt;
  std::string payload(size, '\0');
  const bool is_whole = co_await read_rest(io, asio::buffer(payload));
  if (!is_whole) co_return std::nullopt;
  co_return sandbox::decode_agent_frame(payload);
}

/// Reads the next text of a result; returns nullopt if it does not arrive. If `file` is null, the
/// text is dropped and counts against no quota.
asio::awaitable<std::optional<SpooledText>> read_text(std::shared_ptr<AgentIo> io,
                                                      std::shared_ptr<SpoolFile> file,
                                                      std::size_t size) {
  TextSpooler text(io->services.file_pool, file, file ? size : 0);
  while (size > 0) {
    std::string piece(std::min(size, kTextPiece), '\0');
    const bool is_whole = co_await read_rest(io, asio::buffer(piece));
    if (!is_whole) co_return std::nullopt;
    size -= piece.size();
    co_await text.append(std::move(piece));
  }
  co_return text.take();
}

/// The texts of a result, in the order of ResultFrame::Lengths.
struct Texts {
  SpooledText base64, text, repr, characters, traceback, displays;
};

asio::awaitable<std::optional<Texts>> read_texts(std::shared_ptr<AgentIo> io,
                                                 std::shared_ptr<SpoolFile> file,
                                                 ResultFrame::Lengths lengths) {
  Texts texts;
  const std::array<std::pair<SpooledText*, std::size_t>, 6> order{{
      {&texts.base64, lengths.base64},
      {&texts.text, lengths.text},
      {&texts.repr, lengths.repr},
      {&texts.characters, lengths.characters},
      {&texts.traceback, lengths.traceback},
      {&texts.displays, lengths.displays},
  }};
  for (const auto& [text, size] : order) {
    if (size == 0) continue;
    auto read = co_await read_text(io, file, size);
    if (!read) co_return std::nullopt;
    *text = *std::move(read);
  }
  co_return texts;
}

ExecutionValue value_of(ValueKind kind, const std::string& format, Texts& texts) {
  switch (kind) {
    case ValueKind::nothing:
      return NoValue{};
    case ValueKind::none:
      return NoneValue{};
    case ValueKind::text:
      return TextValue{std::move(texts.text)};
    case ValueKind::string:
      return StringValue{std::move(texts.repr), std::move(texts.characters)};
    case ValueKind::image:
      return ImageValue{format, std::move(texts.base64)};
  }
  return NoValue{};
}

AgentResult result_of(const ResultFrame& frame, Texts texts) {
  AgentResult result;
  result.ok = frame.ok;
  result.value = value_of(frame.value_kind, frame.format, texts);
  result.with_image = value_of(frame.with_image, frame.format, texts);
  result.traceback = std::move(texts.traceback);
  result.displays = std::move(texts.displays);
  return result;
}

/// Takes a result off the socket. Returns false if its texts do not come.
asio::awaitable<bool> take_result_frame(std::shared_ptr<AgentIo> io, ResultFrame frame) {
  // A result with another id is not the answer to this program.
  const bool is_awaited = io->state == AgentState::running && frame.id == io->current_id;
  auto file = is_awaited ? io->file : nullptr;
  auto texts = co_await read_texts(io, std::move(file), frame.lengths);
  if (!texts) co_return false;
  if (is_awaited && io->state == AgentState::running) {
    io->result = result_of(frame, *std::move(texts));
    io->enter(AgentState::finished);
  }
  co_return true;
}

/// Reads frames until the awaited one has arrived.
asio::awaitable<void> read_awaited(std::shared_ptr<AgentIo> io) {
  while (io->awaits_frame()) {
    auto frame = co_await read_frame(io);
    bool good = frame.has_value();
    if (good && std::holds_alternative<ResultFrame>(*frame)) {
      good = co_await take_result_frame(io, std::get<ResultFrame>(*std::move(frame)));
    } else if (good && io->state == AgentState::starting) {
      io->enter(AgentState::idle);
    }
    if (!good) io->enter(AgentState::gone);
  }
  io->reading = false;
}

/// Notices that the agent closes its end while no frame is read. Out-of-band data would wake it
/// too, but the genuine agent sends none.
asio::awaitable<void> watch_end(std::shared_ptr<AgentIo> io) {
  co_await io->control.async_wait(Socket::wait_error, asio::as_tuple(asio::use_awaitable));
  io->peer_left = true;
  const bool result_waits = io->state == AgentState::finished;
  if (!io->reading && !result_waits) io->enter(AgentState::gone);
}

std::string_view verb_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::run_program:
      return sandbox::kExecute;
    case Purpose::save_variables:
      return sandbox::kSaveVariables;
    case Purpose::restore_variables:
      return sandbox::kRestoreVariables;
  }
  return sandbox::kExecute;
}

asio::awaitable<void> write_program(std::shared_ptr<AgentIo> io, AgentProgram program) {
  const bool is_long = program.code.size() > kLongProgram;
  auto encode = [program = std::move(program)] {
    return sandbox::encode_execute_frame({program.id, program.code, verb_of(program.purpose),
                                          program.traceparent, program.wants_displays});
  };
  std::string frame;
  if (is_long) {
    frame = co_await offload(io->services.file_pool, std::move(encode));
  } else {
    frame = encode();
  }
  // An error is ignored, because the reader notices an agent that has gone.
  co_await asio::async_write(io->control, asio::buffer(frame), asio::as_tuple(asio::use_awaitable));
}

/// Completion handler for coroutines that must not fail silently: they throw for a frame over the
/// limit and without memory.
auto give_up_on_exception(std::shared_ptr<AgentIo> io) {
  return [io = std::move(io)](const std::exception_ptr& exception) {
    if (exception) io->enter(AgentState::gone);
  };
}

/// Starts a coroutine that shares `io` with the AgentProcess and can outlive it.
void run_beside(const std::shared_ptr<AgentIo>& io, asio::awaitable<void> coroutine) {
  spawn(io->services.executor, std::move(coroutine), give_up_on_exception(io));
}

asio::awaitable<void> read_output(std::shared_ptr<AgentIo> io, OutputCapture AgentIo::*stream) {
  co_await ((*io).*stream).read_until_closed();
}

OutputCapture::Listener listener_for(Stream stream, const OutputListener& listener) {
  if (!listener) return {};
  return [stream, listener](std::string_view bytes) { listener(stream, bytes); };
}

void start_reading(const std::shared_ptr<AgentIo>& io) {
  if (std::exchange(io->reading, true)) return;
  run_beside(io, read_awaited(io));
}

}  // namespace

AgentProcess::AgentProcess(AgentServices services, std::vector<UniqueFd> descriptors)
    : io_(std::make_shared<AgentIo>(std::move(services), std::move(descriptors))) {
  start_reading(io_);
  run_beside(io_, watch_end(io_));
  run_beside(io_, read_output(io_, &AgentIo::out));
  run_beside(io_, read_output(io_, &AgentIo::err));
}

AgentProcess::~AgentProcess() { hang_up(); }

void AgentProcess::hang_up() {
  boost::system::error_code ignored;  // the descriptor is gone whatever close(2) says
  io_->control.close(ignored);
  io_->out.close();
  io_->err.close();
}

void AgentProcess::begin(AgentProgram program) {
  io_->file = std::make_shared<SpoolFile>(io_->services.quotas);
  const auto text = [this, &program] {
    return TextSpooler(io_->services.file_pool, io_->file, program.output_limit);
  };
  io_->out.begin(text(), listener_for(Stream::out, program.on_output));
  io_->err.begin(text(), listener_for(Stream::err, program.on_output));
  io_->current_id = program.id;
  if (io_->state == AgentState::gone) return;
  io_->state = AgentState::running;
  start_reading(io_);
  run_beside(io_, write_program(io_, std::move(program)));
}

asio::awaitable<AgentProcess::Output> AgentProcess::end() {
  const auto io = io_;  // hang_up() or the destructor can run in the meantime
  if (io->state == AgentState::running || io->peer_left) io->enter(AgentState::gone);
  if (io->state != AgentState::gone) io->state = AgentState::idle;
  Output output;
  auto out = co_await io->out.end();
  auto err = co_await io->err.end();
  output.stdout_text = std::move(out.text);
  output.stdout_bytes = out.written;
  output.stderr_text = std::move(err.text);
  output.stderr_bytes = err.written;
  io->file.reset();
  co_return output;
}

AgentState AgentProcess::state() const { return io_->state; }

AgentResult AgentProcess::take_result() { return std::exchange(io_->result, {}); }

asio::awaitable<void> AgentProcess::wait_while(AgentState state, Clock& clock,
                                               Clock::TimePoint deadline, TimerLabel label) {
  bool expired = false;
  auto expire = [&expired, io = io_] {
    expired = true;
    io->changed.notify();
  };
  const ScopedTimer timer(clock, deadline, expire, std::move(label));
  while (io_->state == state && !expired) co_await io_->changed.wait();
}

}  // namespace dynsessions::execution
