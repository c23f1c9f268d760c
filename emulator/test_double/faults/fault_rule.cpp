#include "emulator/test_double/faults/fault_rule.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "emulator/base/json_text.h"
#include "emulator/http/text.h"
#include "emulator/test_double/faults/presets.h"
#include "emulator/test_double/json_members.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;

constexpr double kLongestSeconds = 3600;
constexpr std::uint64_t kMost = JsonMembers::kNoLimit;

std::chrono::nanoseconds nanoseconds(double seconds) {
  constexpr double kPerSecond = 1e9;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * kPerSecond));
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

std::string joined(const FaultContext& context) {
  std::string all;
  for (const auto& [name, has] : context.operations)
    all.append(all.empty() ? "" : ", ").append(name);
  return all;
}

bool is_method(std::string_view text) {
  constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};
  return std::any_of(kMethods.begin(), kMethods.end(),
                     [text](std::string_view method) { return http::iequals(method, text); });
}

Result<std::optional<HeaderMatch>> parse_header(const json* value, const std::string& path) {
  if (value == nullptr) return std::optional<HeaderMatch>();
  JsonMembers members(*value, path);
  HeaderMatch header;
  header.name = members.text("name").value_or("");
  header.value = members.text("value").value_or("*");
  if (header.name.empty()) members.fail("name", "missing");
  if (!header.name.empty() && !is_token(header.name)) {
    members.fail("name", "expected the name of a header");
  }
  if (const Result<void> good = members.finish(); !good) return good.error();
  return std::optional(std::move(header));
}

Result<FaultMatch> parse_match(const json& value, const FaultContext& context,
                               const std::string& path) {
  FaultMatch match;
  JsonMembers members(value, path);
  match.operation = members.text("operation").value_or("");
  match.method = members.text("method").value_or("");
  if (!match.method.empty() && !is_method(match.method)) {
    members.fail("method", "there is no method `" + match.method + "`",
                 "the methods are GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS");
  }
  match.identifier = members.text("identifier").value_or("");
  const auto header = parse_header(members.find("header"), members.path_of("header"));
  if (!header) return header.error();
  match.header = *header;
  if (const auto expression = members.text("body")) {
    auto pattern = TextPattern::parse(*expression, members.path_of("body"));
    if (!pattern) return pattern.error();
    match.body = *std::move(pattern);
  }
  match.nth = members.number("nth", 1, kMost).value_or(0);
  match.every = members.number("every", 1, kMost).value_or(0);
  match.times = members.number("times", 1, kMost).value_or(0);
  match.seed = members.number("seed", 0, kMost).value_or(0);
  match.probability = members.decimal("probability", 0, 1).value_or(1);
  if (!match.operation.empty() && context.find(match.operation) == nullptr) {
    members.fail("operation", "there is no operation `" + match.operation + "`",
                 "the operations are " + joined(context));
  }
  if (match.nth != 0 && match.every != 0) members.fail("every", "nth and every exclude each other");
  if (match.nth != 0 && match.times > 1) {
    members.fail("times", "with nth a rule hits once at most");
  }
  if (const Result<void> good = members.finish(); !good) return good.error();
  return match;
}

/// Reads the value of one effect. `true` stands for an object without members.
class EffectReader {
 public:
  EffectReader(const json& value, const std::string& path)
      : object_(value == true ? json::object() : value), members_(object_, path) {}

  JsonMembers& members() { return members_; }
  When when() {
    return members_.word("when", {"before", "after"}).value_or("after") == "before" ? When::before
                                                                                    : When::after;
  }
  std::chrono::nanoseconds required_seconds(const char* name) {
    const auto seconds = members_.decimal(name, 0, kLongestSeconds);
    if (!seconds) members_.fail(name, "missing");
    return nanoseconds(seconds.value_or(0));
  }
  Result<FaultEffect> finish(FaultEffect effect) {
    if (const Result<void> good = members_.finish(); !good) return good.error();
    return effect;
  }

 private:
  const json object_;
  JsonMembers members_;
};

Result<FaultEffect> parse_delay(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  JsonMembers& members = reader.members();
  const auto seconds = members.decimal("seconds", 0, kLongestSeconds);
  const auto from = members.decimal("fromSeconds", 0, kLongestSeconds);
  const auto to = members.decimal("toSeconds", 0, kLongestSeconds);
  const auto median = members.decimal("medianSeconds", 0, kLongestSeconds);
  const auto sigma = members.decimal("sigma", 0, 10);
  effects::Delay delay;
  const int forms = int(seconds.has_value()) + int(from || to) + int(median || sigma);
  if (forms != 1) {
    members.fail("seconds",
                 "give seconds, or fromSeconds and toSeconds, or medianSeconds and sigma");
  } else if (seconds) {
    delay.seconds = *seconds;
  } else if (from && to && *from <= *to) {
    delay = {effects::Delay::Kind::uniform, *from, *to};
  } else if (from || to) {
    members.fail("toSeconds", "both are needed, and toSeconds is not below fromSeconds");
  } else {
    delay = {effects::Delay::Kind::lognormal, median.value_or(0), sigma.value_or(0)};
    if (!median) members.fail("medianSeconds", "missing");
  }
  return reader.finish(delay);
}

Result<FaultEffect> parse_slice(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  effects::Slice slice;
  slice.bytes = reader.members().number("bytes", 1, kMost).value_or(0);
  if (slice.bytes == 0) reader.members().fail("bytes", "missing");
  slice.pause = nanoseconds(reader.members().decimal("seconds", 0, kLongestSeconds).value_or(0));
  return reader.finish(slice);
}

Result<FaultEffect> parse_kill(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  constexpr double kDefaultSeconds = 0.1;
  effects::KillKernel kill;
  kill.during = reader.members().word("when", {"before", "during"}).value_or("before") == "during";
  const auto seconds = reader.members().decimal("seconds", 0, kLongestSeconds);
  if (seconds && !kill.during) reader.members().fail("seconds", "only with \"when\": \"during\"");
  kill.after = nanoseconds(seconds.value_or(kDefaultSeconds));
  return reader.finish(kill);
}

Result<FaultEffect> parse_allocation_failed(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  effects::AllocationFailed failed;
  failed.status = unsigned(reader.members().number("status", 400, 599).value_or(failed.status));
  return reader.finish(failed);
}

Result<FaultEffect> parse_reject_token(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  const auto status = reader.members().number("status", 401, 403).value_or(401);
  if (status == 402) reader.members().fail("status", "expected 401 or 403");
  return reader.finish(effects::RejectToken{status == 403});
}

Result<FaultEffect> parse_lost_file(const json& value, const std::string& path) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    return invalid_request(path + ": expected the name of a file in /mnt/data, with * and ?", path);
  }
  return FaultEffect(effects::LoseFile{value.get<std::string>()});
}

Result<FaultEffect> parse_truncate(const json& value, const std::string& path) {
  if (!value.is_number_unsigned()) {
    return invalid_request(path + ": expected the number of bytes to send", path);
  }
  return FaultEffect(effects::Truncate{value.get<std::uint64_t>()});
}

template <typename Effect>
Result<FaultEffect> parse_when(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  const When when = reader.when();
  return reader.finish(Effect{when});
}

template <typename Effect>
Result<FaultEffect> parse_plain(const json& value, const std::string& path) {
  return EffectReader(value, path).finish(Effect{});
}

Result<FaultEffect> parse_slow_allocation(const json& value, const std::string& path) {
  EffectReader reader(value, path);
  const auto time = reader.required_seconds("seconds");
  return reader.finish(effects::SlowAllocation{time});
}

struct EffectForm {
  std::string_view name;
  Result<FaultEffect> (*parse)(const json& value, const std::string& path);
  const char* example = nullptr;  ///< shows the form of an object; null for a number or a text
};

constexpr const char* kWhenExample = R"(true, or {"when": "before"})";

constexpr std::array kForms{
    EffectForm{"delay", parse_delay, R"({"seconds": 1.5})"},
    EffectForm{"reset", parse_when<effects::Reset>, kWhenExample},
    EffectForm{"truncate", parse_truncate},
    EffectForm{"slice", parse_slice, R"({"bytes": 7, "seconds": 0.1})"},
    EffectForm{"hang", parse_when<effects::Hang>, kWhenExample},
    EffectForm{"kill-kernel", parse_kill, R"(true, or {"when": "during"})"},
    EffectForm{"evict", parse_plain<effects::Evict>, "true"},
    EffectForm{"pool-full", parse_plain<effects::PoolFull>, "true"},
    EffectForm{"allocation-failed", parse_allocation_failed, R"(true, or {"status": 503})"},
    EffectForm{"lose-file", parse_lost_file},
    EffectForm{"slow-allocation", parse_slow_allocation, R"({"seconds": 4})"},
    EffectForm{"reject-token", parse_reject_token, R"(true, or {"status": 403})"},
};

std::string effect_names() {
  std::string names = "status";
  for (const EffectForm& form : kForms) names.append(", ").append(form.name);
  return names;
}

/// Reads the value of a header of an answer: a text, or a whole number such as the seconds of
/// Retry-After.
std::optional<std::string> header_value(const json& value) {
  if (value.is_number_integer()) return value.dump();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (http::has_control_character(text)) return std::nullopt;
  return text;
}

bool is_reserved(std::string_view header) {
  return http::iequals(header, "content-length") || http::iequals(header, "transfer-encoding") ||
         http::iequals(header, "connection");
}

Result<FaultEffect> parse_status(const json& value, const std::string& path) {
  for (const EffectForm& form : kForms) {
    if (!value.contains(form.name)) continue;
    const std::string second = path + '.' + std::string(form.name);
    return invalid_request(second + ": a rule has one effect, and this is the second", second,
                           "add another rule, of which the first that matches hits");
  }
  JsonMembers members(value, path);
  effects::Status effect;
  effect.status = unsigned(members.number("status", 200, 599).value_or(0));
  effect.code = members.text("code").value_or("InjectedFault");
  effect.message = members.text("message", 4096).value_or("This failure was injected.");
  if (http::has_control_character(effect.code)) members.fail("code", "has control characters");
  if (const json* const headers = members.find("headers")) {
    if (!headers->is_object()) members.fail("headers", "expected an object of texts");
    for (const auto& [name, text] : headers->items()) {
      const std::optional<std::string> header = header_value(text);
      if (!is_token(name) || is_reserved(name) || !header) {
        members.fail("headers", "`" + name + "` cannot be set to that value");
      } else {
        effect.headers.emplace_back(name, *header);
      }
    }
  }
  if (const Result<void> good = members.finish(); !good) return good.error();
  return FaultEffect(std::move(effect));
}

struct NamedEffect {
  FaultEffect effect;
  std::string name;
};

Result<NamedEffect> parse_effect(const json& value, const std::string& path) {
  if (value.is_object() && value.contains("status")) {
    auto effect = parse_status(value, path);
    if (!effect) return effect.error();
    return NamedEffect{*std::move(effect), "status"};
  }
  if (!value.is_object() || value.size() != 1) {
    return invalid_request(path + ": expected an object with one effect of " + effect_names(),
                           path);
  }
  const std::string& name = value.begin().key();
  for (const EffectForm& form : kForms) {
    if (form.name != name) continue;
    const json& given = value.begin().value();
    if (form.example != nullptr && given != true && !given.is_object()) {
      return invalid_request(path + '.' + name + ": expected " + form.example, path + '.' + name);
    }
    auto effect = form.parse(given, path + '.' + name);
    if (!effect) return effect.error();
    return NamedEffect{*std::move(effect), name};
  }
  return invalid_request(path + ": there is no effect `" + name + "`", path + '.' + name,
                         "the effects are " + effect_names());
}

/// Returns what the effect needs and requests of the rule's operation do not have. Returns nullptr
/// if they have it.
const char* lack_of(const FaultRule& rule, const FaultContext& context) {
  const FaultNeed need = need_of(rule.effect);
  const FaultContext::Operation* const operation = context.find(rule.match.operation);
  if (operation == nullptr || operation->has >= need) return nullptr;
  return need == FaultNeed::session ? "session" : "token";
}

/// The effect of a rule, or of the preset that it names.
std::optional<json> effect_in(JsonMembers& members, const std::optional<std::string>& preset) {
  const json* const given = members.find("effect");
  if (!preset) {
    if (given != nullptr) return *given;
    members.fail("effect", "missing", "a rule has an effect or a preset");
    return std::nullopt;
  }
  const FaultPreset* const found = find_preset(*preset);
  if (found == nullptr) {
    members.fail("preset", "there is no preset `" + *preset + "`",
                 "the presets are " + preset_names());
    return std::nullopt;
  }
  json effect = parse_json(found->effect);
  // A rule that was read and is sent back has both members; the effect must be the preset's.
  if (given != nullptr && *given != effect) {
    members.fail("effect", "preset and effect exclude each other");
  }
  return effect;
}

}  // namespace

const FaultContext::Operation* FaultContext::find(std::string_view name) const {
  const auto found =
      std::find_if(operations.begin(), operations.end(),
                   [name](const Operation& operation) { return operation.name == name; });
  return found == operations.end() ? nullptr : &*found;
}

FaultNeed need_of(const FaultEffect& effect) {
  const bool on_session = std::holds_alternative<effects::KillKernel>(effect) ||
                          std::holds_alternative<effects::Evict>(effect) ||
                          std::holds_alternative<effects::PoolFull>(effect) ||
                          std::holds_alternative<effects::AllocationFailed>(effect) ||
                          std::holds_alternative<effects::LoseFile>(effect) ||
                          std::holds_alternative<effects::SlowAllocation>(effect);
  if (on_session) return FaultNeed::session;
  return std::holds_alternative<effects::RejectToken>(effect) ? FaultNeed::token
                                                              : FaultNeed::nothing;
}

Result<FaultRule> parse_fault_rule(const json& object, const FaultContext& context,
                                   const std::string& where) {
  JsonMembers members(object, where);
  FaultRule rule;
  rule.id = members.text("id", 64).value_or("");
  if (members.find("id") != nullptr && !is_token(rule.id)) {
    members.fail("id", "expected letters, digits, `-`, `_` and `.`");
  }
  (void)members.find("hits");
  (void)members.find("matched");
  const json* const match = members.find("match");
  const auto preset = members.text("preset");
  const std::optional<json> effect = effect_in(members, preset);
  if (const Result<void> good = members.finish(); !good) return good.error();

  auto parsed_match =
      parse_match(match == nullptr ? json::object() : *match, context, members.path_of("match"));
  if (!parsed_match) return parsed_match.error();
  auto parsed_effect = parse_effect(*effect, members.path_of("effect"));
  if (!parsed_effect) return parsed_effect.error();
  rule.match = *std::move(parsed_match);
  rule.effect = std::move(parsed_effect->effect);
  rule.effect_name = preset.value_or(parsed_effect->name);
  rule.random.seed(rule.match.seed);
  if (const char* const lack = lack_of(rule, context)) {
    return invalid_request(
        members.path_of("effect") + ": the operation " + rule.match.operation + " has no " + lack,
        members.path_of("effect"));
  }
  rule.definition = nlohmann::ordered_json::object();
  if (match != nullptr) rule.definition["match"] = *match;
  if (preset) rule.definition["preset"] = *preset;
  rule.definition["effect"] = *effect;
  return rule;
}

nlohmann::ordered_json to_json(const FaultRule& rule) {
  nlohmann::ordered_json out{{"id", rule.id}};
  for (const auto& [name, value] : rule.definition.items()) out[name] = value;
  out["matched"] = rule.matched;
  out["hits"] = rule.hits;
  return out;
}

}  // namespace dynsessions::test_double
