#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dynsessions {

/// Standard output or standard error of a server. A reader that does not read delays no caller: a
/// pipe holds 64 KiB, and a write to a full one blocks. Until write_in_background() is called, the
/// caller writes as much as the descriptor takes at once; afterwards a thread writes. Text that
/// waits for the reader is bounded. Text beyond the bound is dropped as a whole, its lines are
/// counted, and a notice follows the text before it as soon as the reader reads again. Errors, such
/// as a reader that has gone, are ignored.
///
/// write() can be called on any thread; the other functions must be called on one.
class Output {
 public:
  /// Makes the text that reports how many lines were dropped. Called on the writing thread.
  using Notice = std::function<std::string(std::uint64_t dropped_lines)>;

  static constexpr std::size_t kMostWaiting = std::size_t{1} << 20;

  /// `descriptor` must stay open as long as the process runs. `most_waiting` is in bytes.
  explicit Output(int descriptor, std::size_t most_waiting = kMostWaiting);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  /// Does not wait for the reader. A thread that the reader blocks keeps waiting until the process
  /// exits.
  ~Output();

  /// Without a notice, dropped text is not mentioned.
  void use(Notice notice);

  /// `text` consists of whole lines.
  void write(std::string_view text);

  /// Starts the thread. Call it when the process will not fork any more.
  void write_in_background();

  /// Whether all text has been written.
  [[nodiscard]] bool is_written() const;

  /// Waits until everything is written. Gives up, and returns false, if the reader has taken no
  /// bytes for `timeout`, and in any case after five times `timeout`.
  bool finish(std::chrono::milliseconds timeout = std::chrono::seconds(1));

 private:
  struct State;
  const std::shared_ptr<State> state_;  ///< shared with the thread, which can outlive this
};

/// The two outputs of a server. At its end the server waits for their readers (finish()).
struct Outputs {
  std::shared_ptr<Output> out;
  std::shared_ptr<Output> error;

  /// Opens standard output and standard error.
  Outputs();
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  ~Outputs();
};

/// Writes a text of up to 4 KiB to standard error if its reader takes it within a second.
void write_final_message(std::string_view text);

}  // namespace dynsessions
