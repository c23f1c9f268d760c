// Converts results to the three wire formats of an execute answer.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/surfaces/data_plane/executions/execute_wire.h"
#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace {

using execution::ExecutionOutcome;
using execution::ExecutionRequest;
using execution::ExecutionResult;

std::string timeout_text(std::chrono::seconds timeout) {
  // CONTRACT.md section 8 row 15: the number of seconds is shown only if the caller's own limit was
  // exceeded.
  std::string text = "Request timed out waiting for code execution to complete";
  if (timeout < kExecutionCeiling) {
    text += " after " + std::to_string(timeout.count()) + " seconds";
  }
  return text;
}

/// Text that the service appends to the program's stderr: section 7, and section 8 rows 14 to 16.
/// It is a guess that after a timeout with a restart both sentences are sent.
execution::SpooledText closing_words(const ExecutionResult& result, std::chrono::seconds timeout) {
  switch (result.outcome) {
    case ExecutionOutcome::succeeded:
      return {};
    case ExecutionOutcome::raised:
      return result.traceback;
    case ExecutionOutcome::timed_out:
      return timeout_text(timeout);
    case ExecutionOutcome::timed_out_restarted:
      return timeout_text(timeout) + "\nKernel restarted";
    case ExecutionOutcome::aborted:
      return "Execution aborted";
    case ExecutionOutcome::interpreter_died:
    case ExecutionOutcome::out_of_memory:  // section 7, "memory exhaustion"
    case ExecutionOutcome::out_of_storage:
      return "Kernel restarted";
  }
  return {};
}

/// Section 8 row 12.
const execution::ExecutionValue& shown_value(const ApiVersion& version,
                                             const ExecutionResult& result) {
  const bool has_value_with_image = !std::holds_alternative<execution::NoValue>(result.with_image);
  return has_value_with_image && !version.image_replaces_value ? result.with_image : result.value;
}

/// Writes an answer without copying its long texts.
class AnswerWriter {
 public:
  explicit AnswerWriter(ObjectIds ids) : json(ids) {}

  /// Writes one string of these texts, cut after that many characters.
  void text(std::vector<execution::SpooledText> texts,
            std::optional<std::size_t> characters = std::nullopt) {
    QuotedTexts quoted(std::move(texts), characters);
    std::string& written = json.open_string();
    if (quoted.is_in_memory()) {
      quoted.append_to(written, std::string::npos);
    } else {
      parts_.add(std::exchange(written, {}), std::move(quoted));
    }
    json.close_string();
  }

  AnswerParts take() {
    parts_.end(json.take());
    return std::move(parts_);
  }

  JsonWriter json;

 private:
  AnswerParts parts_;
};

/// Writes numbers as numbers, a figure as an object, and everything else as a string (section 0
/// fact 6). A number with more digits than are kept in memory (48 KiB) is also a string (guess).
void write_value(AnswerWriter& answer, const ApiVersion& version, const ExecutionResult& result) {
  struct Visitor {
    AnswerWriter& answer;
    const ApiVersion& version;
    void operator()(const execution::NoValue&) const { answer.json.string(""); }
    void operator()(const execution::NoneValue&) const {
      version.none_is_null ? answer.json.null() : answer.json.string("");
    }
    void operator()(const execution::TextValue& value) const {
      const bool is_number = value.text.is_in_memory() && is_json_number(value.text.in_memory());
      if (is_number) {
        answer.json.raw(value.text.in_memory());
      } else {
        answer.text({value.text});
      }
    }
    void operator()(const execution::StringValue& value) const {
      answer.text({version.string_quotes ? value.repr : value.characters});
    }
    void operator()(const execution::ImageValue& value) const {
      // This object has no `$id` in any version (section 7).
      answer.json.begin_plain_object().member("type", "image");
      answer.json.member("format", value.format).key("base64_data");
      answer.text({value.base64});
      answer.json.end_object();
    }
  };
  if (result.outcome != ExecutionOutcome::succeeded) {
    version.failure_is_null ? answer.json.null() : answer.json.string("");
  } else {
    std::visit(Visitor{answer, version}, shown_value(version, result));
  }
}

/// Writes the members of a result, whose order is the same in every dialect.
void write_result(AnswerWriter& answer, const Route& route, const ExecutionRequest& request,
                  const ExecutionResult& result) {
  answer.json.key("stdout");
  answer.text({result.stdout_text}, request.output_characters);
  answer.json.key("stderr");
  answer.text({result.stderr_text, closing_words(result, request.timeout)},
              request.output_characters);
  answer.json.key(route.dialect == Dialect::flat ? "executionResult" : "result");
  write_value(answer, *route.version, result);
  answer.json.member("executionTimeInMilliseconds", result.duration.count());
}

std::string_view flat_status(const ExecutionResult* result) {
  if (result == nullptr) return "Running";
  return result->outcome == ExecutionOutcome::succeeded ? "Succeeded" : "Failed";
}

void write_flat(AnswerWriter& answer, const Route& route, const ExecutionLabels& labels,
                const ExecutionRequest& request, const ExecutionResult* result) {
  JsonWriter& json = answer.json;
  json.member("id", labels.id).member("identifier", labels.identifier);
  json.member("executionType", labels.execution_type);
  json.member("status", flat_status(result));
  if (result == nullptr) return;
  json.key("result").begin_object();
  write_result(answer, route, request, *result);
  json.end_object();
}

void write_older(AnswerWriter& answer, const Route& route, const ExecutionRequest& request,
                 const ExecutionResult& result) {
  JsonWriter& json = answer.json;
  if (route.dialect == Dialect::wrapped) json.key("properties").begin_object();
  const bool succeeded = result.outcome == ExecutionOutcome::succeeded;
  json.member("status", succeeded ? "Success" : "Failure");
  write_result(answer, route, request, result);
  if (route.dialect == Dialect::wrapped) json.end_object();
}

}  // namespace

AnswerParts to_json(const Route& route, const ExecutionLabels& labels,
                    const ExecutionRequest& request, const ExecutionResult* result) {
  AnswerWriter answer(route.version->object_ids);
  answer.json.begin_object();
  if (route.dialect == Dialect::flat) {
    write_flat(answer, route, labels, request, result);
  } else {
    write_older(answer, route, request, *result);
  }
  answer.json.end_object();
  return answer.take();
}

}  // namespace dynsessions::surfaces::data_plane::executions
