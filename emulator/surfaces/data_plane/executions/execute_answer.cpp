// Domain to wire: the three shapes of an execute answer.

#include <utility>

#include "emulator/base/utf8.h"
#include "emulator/surfaces/data_plane/executions/execute_wire.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace {

using execution::ExecutionOutcome;
using execution::ExecutionRequest;
using execution::ExecutionResult;

std::string timeout_text(std::chrono::seconds timeout) {
  // CONTRACT.md section 8 row 15: the number of seconds only when the caller's own limit was hit.
  std::string text = "Request timed out waiting for code execution to complete";
  if (timeout < kExecutionCeiling) {
    text += " after " + std::to_string(timeout.count()) + " seconds";
  }
  return text;
}

/// What the service appends to what the program itself wrote to stderr: section 7, and section 8
/// rows 14 to 16. That the two sentences of a timeout with a restart come together is a guess.
std::string closing_words(const ExecutionResult& result, std::chrono::seconds timeout) {
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
  const bool has_beside = !std::holds_alternative<execution::NoValue>(result.beside_image);
  return has_beside && !version.image_beats_value ? result.beside_image : result.value;
}

/// Section 0 fact 6: numbers are numbers, a figure is an object, all else is text.
void write_value(JsonWriter& json, const ApiVersion& version, const ExecutionResult& result) {
  struct Visitor {
    JsonWriter& json;
    const ApiVersion& version;
    void operator()(const execution::NoValue&) const { json.string(""); }
    void operator()(const execution::NoneValue&) const {
      version.none_is_null ? json.null() : json.string("");
    }
    void operator()(const execution::TextValue& value) const {
      is_json_number(value.text) ? json.raw(value.text) : json.string(value.text);
    }
    void operator()(const execution::StringValue& value) const {
      json.string(version.string_quotes ? value.repr : value.characters);
    }
    void operator()(const execution::ImageValue& value) const {
      // No `$id` here, whatever the version (section 7).
      JsonWriter image(ObjectIds::absent);
      image.begin_object().member("type", "image").member("format", value.format);
      image.member("base64_data", value.base64).end_object();
      json.raw(image.take());
    }
  };
  if (result.outcome != ExecutionOutcome::succeeded) {
    json.null();
  } else {
    std::visit(Visitor{json, version}, shown_value(version, result));
  }
}

/// Members in the order that every dialect shares.
void write_result(JsonWriter& json, const Route& route, const ExecutionRequest& request,
                  const ExecutionResult& result) {
  const std::string stderr_text = result.stderr_text + closing_words(result, request.timeout);
  const auto cut = [&](const std::string& text) {
    return request.output_characters ? first_characters(text, *request.output_characters)
                                     : std::string_view(text);
  };
  json.member("stdout", cut(result.stdout_text)).member("stderr", cut(stderr_text));
  json.key(route.dialect == Dialect::flat ? "executionResult" : "result");
  write_value(json, *route.version, result);
  json.member("executionTimeInMilliseconds", result.duration.count());
}

std::string_view flat_status(const ExecutionResult* result) {
  if (result == nullptr) return "Running";
  return result->outcome == ExecutionOutcome::succeeded ? "Succeeded" : "Failed";
}

void write_flat(JsonWriter& json, const Route& route, const ExecutionLabels& labels,
                const ExecutionRequest& request, const ExecutionResult* result) {
  json.member("id", labels.id).member("identifier", labels.identifier);
  json.member("executionType", labels.execution_type);
  json.member("status", flat_status(result));
  if (result == nullptr) return;
  json.key("result").begin_object();
  write_result(json, route, request, *result);
  json.end_object();
}

void write_older(JsonWriter& json, const Route& route, const ExecutionRequest& request,
                 const ExecutionResult& result) {
  if (route.dialect == Dialect::wrapped) json.key("properties").begin_object();
  const bool succeeded = result.outcome == ExecutionOutcome::succeeded;
  json.member("status", succeeded ? "Success" : "Failure");
  write_result(json, route, request, result);
  if (route.dialect == Dialect::wrapped) json.end_object();
}

}  // namespace

std::string to_json(const Route& route, const ExecutionLabels& labels,
                    const ExecutionRequest& request, const ExecutionResult* result) {
  JsonWriter json(route.version->object_ids);
  json.begin_object();
  if (route.dialect == Dialect::flat) {
    write_flat(json, route, labels, request, result);
  } else {
    write_older(json, route, request, *result);
  }
  json.end_object();
  return json.take();
}

}  // namespace dynsessions::surfaces::data_plane::executions
