#include "emulator/pools/execution_log.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace dynsessions::pools {
namespace {

using execution::ExecutionResult;

/// The texts of a result.
std::vector<const execution::SpooledText*> texts_of(const ExecutionResult& result) {
  std::vector<const execution::SpooledText*> texts{&result.stdout_text, &result.stderr_text,
                                                   &result.traceback, &result.displays};
  for (const execution::ExecutionValue* value : {&result.value, &result.with_image}) {
    if (const auto* image = std::get_if<execution::ImageValue>(value)) {
      texts.push_back(&image->base64);
    } else if (const auto* text = std::get_if<execution::TextValue>(value)) {
      texts.push_back(&text->text);
    } else if (const auto* string = std::get_if<execution::StringValue>(value)) {
      texts.push_back(&string->repr);
      texts.push_back(&string->characters);
    }
  }
  return texts;
}

}  // namespace

Result<void> ExecutionLog::begin(const std::string& id,
                                 const execution::ExecutionRequest& request) {
  if (find(id) != nullptr) {
    return Error{ErrorCode::execution_exists, "An execution with this operation id exists already.",
                 "operation-id", "each execution of a session needs a different operation-id"};
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
  found->result = std::move(result);
  const Usage added = usage_of(*found);
  usage_.bytes += added.bytes;
  usage_.bytes_in_memory += added.bytes_in_memory;
  usage_.files += added.files;
  forget_oldest();
}

const ExecutionRecord* ExecutionLog::find(const std::string& id) const {
  const auto found = std::find_if(records_.begin(), records_.end(),
                                  [&](const ExecutionRecord& record) { return record.id == id; });
  return found == records_.end() ? nullptr : &*found;
}

ExecutionLog::Usage ExecutionLog::usage_of(const ExecutionRecord& record) {
  Usage usage{.bytes_in_memory = sizeof(ExecutionRecord)};
  for (const execution::SpooledText* text : texts_of(*record.result)) {
    usage.bytes += text->size();
    usage.bytes_in_memory += text->in_memory().size();
    if (!text->is_in_memory()) usage.files = 1;  // all texts of a result share one file
  }
  return usage;
}

bool ExecutionLog::is_over_a_bound() const {
  return records_.size() > kMostRecords || usage_.bytes > kMostBytes ||
         usage_.bytes_in_memory > kMostBytesInMemory || usage_.files > kMostFiles;
}

void ExecutionLog::forget_oldest() {
  while (is_over_a_bound()) {
    // The newest record is kept whatever its size, because its client has not had time to read it.
    const auto oldest =
        std::find_if(records_.begin(), records_.end() - 1,
                     [](const ExecutionRecord& record) { return record.result.has_value(); });
    if (oldest == records_.end() - 1) return;
    const Usage freed = usage_of(*oldest);
    usage_.bytes -= freed.bytes;
    usage_.bytes_in_memory -= freed.bytes_in_memory;
    usage_.files -= freed.files;
    records_.erase(oldest);
  }
}

}  // namespace dynsessions::pools
