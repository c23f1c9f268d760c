#include "emulator/execution/spool.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "emulator/base/offload.h"
#include "emulator/base/spdlog.h"
#include "emulator/base/unnamed_file.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kShortText = std::size_t{4} << 10;

}  // namespace

bool SpoolQuota::take(std::int64_t amount) {
  if ((left_ -= amount) >= 0) return true;
  left_ += amount;
  return false;
}

SpoolFile::~SpoolFile() {
  quotas_.kernel_bytes->give_back(charged_);
  quotas_.total_bytes->give_back(charged_);
  if (counted_as_file_) quotas_.kernel_files->give_back(1);
}

std::uint64_t SpoolFile::reserve(std::uint64_t size) {
  return std::exchange(reserved_, reserved_ + size);
}

bool SpoolFile::charge(std::size_t bytes) {
  if (!counted_as_file_) counted_as_file_ = quotas_.kernel_files->take(1);
  if (!counted_as_file_) return false;
  const auto amount = static_cast<std::int64_t>(bytes);
  if (!quotas_.kernel_bytes->take(amount)) return false;
  if (!quotas_.total_bytes->take(amount)) {
    quotas_.kernel_bytes->give_back(amount);
    return false;
  }
  charged_ += amount;
  return true;
}

int SpoolFile::open() {
  const std::lock_guard lock(opening_);
  if (!fd_) fd_ = open_unnamed_file();
  return fd_ ? 0 : errno;
}

int SpoolFile::write(std::uint64_t offset, std::string_view bytes) {
  if (const int error = open(); error != 0) return error;
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 ? ENOSPC : errno;
    offset += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

void SpoolFile::read(std::uint64_t offset, std::span<char> into) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      throw std::system_error(count == 0 ? EIO : errno, std::generic_category(), "output file");
    offset += static_cast<std::uint64_t>(count);
    into = into.subspan(static_cast<std::size_t>(count));
  }
}

void SpooledText::read(std::size_t offset, std::span<char> into) const {
  if (offset < memory_.size()) {
    const std::size_t count = std::min(into.size(), memory_.size() - offset);
    std::memcpy(into.data(), memory_.data() + offset, count);
    into = into.subspan(count);
    offset += count;
  }
  if (!into.empty()) file_->read(file_offset_ + (offset - memory_.size()), into);
}

asio::awaitable<void> TextSpooler::append(std::string bytes) {
  if (const std::size_t room = limit_ - text_.size(); bytes.size() > room) bytes.resize(room);
  if (text_.is_in_memory()) {
    std::string& memory = text_.memory_;
    const std::size_t kept = kTextBytesInMemory - std::min(kTextBytesInMemory, memory.size());
    // Reserves the bound at once: a string that doubles its capacity would take twice as much.
    if (memory.size() + bytes.size() > kShortText) memory.reserve(kTextBytesInMemory);
    memory.append(bytes, 0, kept);
    bytes.erase(0, kept);
  }
  if (!bytes.empty()) co_await append_to_file(std::move(bytes));
}

asio::awaitable<void> TextSpooler::append_to_file(std::string bytes) {
  if (!file_->charge(bytes.size())) co_return cut();
  if (text_.file_bytes_ == 0) {
    text_.file_ = file_;
    text_.file_offset_ = file_->reserve(limit_ - text_.memory_.size());
  }
  const std::size_t size = bytes.size();
  auto write = [file = file_, offset = text_.file_offset_ + text_.file_bytes_,
                content = std::move(bytes)] { return file->write(offset, content); };
  const int error = co_await offload(*file_pool_, std::move(write));
  if (error == 0) {
    text_.file_bytes_ += size;
    co_return;
  }
  spdlog::warn("output of a program is cut, because it cannot be stored in a temporary file: {}",
               std::generic_category().message(error));
  cut();
}

SpooledText TextSpooler::take() {
  text_.memory_.shrink_to_fit();
  return std::move(text_);
}

Spool::Spool(asio::thread_pool& file_pool, const SpoolLimits& limits)
    : file_pool_(file_pool),
      limits_(limits),
      total_bytes_(std::make_shared<SpoolQuota>(limits.total_bytes)) {}

SpoolQuotas Spool::new_kernel() const {
  return {std::make_shared<SpoolQuota>(limits_.kernel_files),
          std::make_shared<SpoolQuota>(limits_.kernel_bytes), total_bytes_};
}

}  // namespace dynsessions::execution
