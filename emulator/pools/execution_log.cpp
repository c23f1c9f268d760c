#include "emulator/pools/execution_log.h"

#include <algorithm>
#include <utility>

namespace dynsessions::pools {
namespace {

using execution::ExecutionResult;

/// What a result holds; other kinds of value are bounded by what the interpreter may send, too.
std::size_t size_of(const ExecutionResult& result) {
  std::size_t size =
      result.stdout_text.size() + result.stderr_text.size() + result.traceback.size();
  if (const auto* image = std::get_if<execution::ImageValue>(&result.value)) {
    size += image->base64.size();
  } else if (const auto* text = std::get_if<execution::TextValue>(&result.value)) {
    size += text->text.size();
  } else if (const auto* string = std::get_if<execution::StringValue>(&result.value)) {
    size += string->repr.size() + string->characters.size();
  }
  return size;
}

}  // namespace

Result<void> ExecutionLog::begin(const std::string& id,
                                 const execution::ExecutionRequest& request) {
  if (find(id) != nullptr) {
    return Error{ErrorCode::execution_exists, "An execution with this operation id exists already.",
                 "operation-id", "each execution of a session needs an operation-id of its own"};
  }
  ExecutionRecord& record = records_.emplace_back(ExecutionRecord{id, request, {}});
  record.request.code.clear();
  forget_oldest();
  return {};
}

void ExecutionLog::finish(const std::string& id, ExecutionResult result) {
  const auto found = std::find_if(records_.begin(), records_.end(),
                                  [&](const ExecutionRecord& record) { return record.id == id; });
  if (found == records_.end()) return;
  bytes_ += size_of(result);
  found->result = std::move(result);
  forget_oldest();
}

const ExecutionRecord* ExecutionLog::find(const std::string& id) const {
  const auto found = std::find_if(records_.begin(), records_.end(),
                                  [&](const ExecutionRecord& record) { return record.id == id; });
  return found == records_.end() ? nullptr : &*found;
}

void ExecutionLog::forget_oldest() {
  while (records_.size() > kMostRecords || bytes_ > kMostBytes) {
    // The newest is kept whatever its size: its client has not had a chance to see it.
    const auto oldest =
        std::find_if(records_.begin(), records_.end() - 1,
                     [](const ExecutionRecord& record) { return record.result.has_value(); });
    if (oldest == records_.end() - 1) return;
    bytes_ -= size_of(*oldest->result);
    records_.erase(oldest);
  }
}

}  // namespace dynsessions::pools
