#include "tests/support/fake_agent.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace dynsessions::test {
namespace {

constexpr std::size_t kHeaderBytes = 4;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Returns the reading end for the server and the writing end for the agent.
std::pair<UniqueFd, UniqueFd> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void write_all(int fd, std::string_view text) {
  const ssize_t written = ::write(fd, text.data(), text.size());
  if (written < 0) throw_errno("fake agent: write");
  if (static_cast<std::size_t>(written) != text.size()) {
    throw std::runtime_error("fake agent: the pipe is full");
  }
}

std::size_t frame_length(std::string_view header) {
  std::size_t length = 0;
  for (const char byte : header.substr(0, kHeaderBytes)) {
    length = (length << 8) | static_cast<unsigned char>(byte);
  }
  return length;
}

}  // namespace

FakeAgent::FakeAgent() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("socketpair");
  }
  control_ = UniqueFd(ends[0]);
  auto [out_read, out_write] = make_pipe();
  auto [err_read, err_write] = make_pipe();
  stdout_ = std::move(out_write);
  stderr_ = std::move(err_write);
  server_ends_.emplace_back(ends[1]);
  server_ends_.push_back(std::move(out_read));
  server_ends_.push_back(std::move(err_read));
}

std::vector<UniqueFd> FakeAgent::take_server_ends() { return std::exchange(server_ends_, {}); }

void FakeAgent::say_result(std::uint64_t id, std::string_view value) {
  auto lengths = nlohmann::json::parse(value);
  std::string texts;
  for (const char* name : {"base64", "text", "repr", "characters"}) {
    if (!lengths.contains(name)) continue;
    const auto text = lengths.at(name).get<std::string>();
    lengths[name] = text.size();
    texts += text;
  }
  const nlohmann::json result{{"id", id}, {"ok", true}, {"value", lengths}, {"traceback", 0}};
  send_frame(nlohmann::json{{"result", result}}.dump(), texts);
}

void FakeAgent::say_failure(std::uint64_t id, std::string_view traceback) {
  const nlohmann::json result{
      {"id", id}, {"ok", false}, {"value", {{"kind", "nothing"}}}, {"traceback", traceback.size()}};
  send_frame(nlohmann::json{{"result", result}}.dump(), traceback);
}

void FakeAgent::send_frame(std::string_view payload, std::string_view texts) {
  std::string frame;
  for (const int shift : {24, 16, 8, 0}) {
    frame.push_back(static_cast<char>((payload.size() >> shift) & 0xFF));
  }
  send_bytes(frame.append(payload).append(texts));
}

void FakeAgent::send_bytes(std::string_view bytes) {
  if (::send(control_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
      static_cast<ssize_t>(bytes.size())) {
    throw_errno("fake agent: send");
  }
}

void FakeAgent::write_stdout(std::string_view text) { write_all(stdout_.get(), text); }
void FakeAgent::write_stderr(std::string_view text) { write_all(stderr_.get(), text); }

std::size_t FakeAgent::fill_stdout() {
  const std::string piece(4096, 'x');
  std::size_t total = 0;
  for (;;) {
    const ssize_t written = ::write(stdout_.get(), piece.data(), piece.size());
    if (written < 0) return total;
    total += static_cast<std::size_t>(written);
  }
}

std::optional<FakeAgent::Program> FakeAgent::next_program() {
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t size = ::recv(control_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size <= 0) break;
    received_.append(buffer.data(), static_cast<std::size_t>(size));
  }
  if (received_.size() < kHeaderBytes) return std::nullopt;
  const std::size_t length = frame_length(received_);
  if (received_.size() < kHeaderBytes + length) return std::nullopt;
  const auto frame = nlohmann::json::parse(received_.substr(kHeaderBytes, length));
  received_.erase(0, kHeaderBytes + length);
  const auto& execute = frame.at("execute");
  return Program{execute.at("id").get<std::uint64_t>(), execute.at("code").get<std::string>()};
}

void FakeAgent::close_output() {
  stdout_ = UniqueFd();
  stderr_ = UniqueFd();
}

void FakeAgent::die() {
  close_output();
  close_control();
}

}  // namespace dynsessions::test
