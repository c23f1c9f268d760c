#include "tests/unit/sandbox/seccomp_dump.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "sandbox/kernel/seccomp/seccomp_filter.h"
#include "sandbox/kernel/seccomp/seccomp_policy.h"
#include "tests/unit/sandbox/bpf_machine.h"

namespace dynsessions::sandbox::test {
namespace {

constexpr std::uint64_t kSmallValues = 64;  ///< larger values matter only if rules name them
constexpr std::uint64_t kLastDecimal = 2047;

std::uint32_t answer(const BpfProgram& filter, std::uint32_t abi, int number,
                     const Arguments& arguments) {
  seccomp_data call{};
  call.nr = number;
  call.arch = abi;
  std::copy(arguments.begin(), arguments.end(), call.args);
  return run_filter(filter, call);
}

/// Returns nullopt if the number is not a system call.
std::optional<std::string> name_of(int number) {
  const std::unique_ptr<char, decltype(&std::free)> name(
      ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number), &std::free);
  return name ? std::optional<std::string>(name.get()) : std::nullopt;
}

std::string hexadecimal(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (; value != 0; value >>= 4) text.insert(text.begin(), kDigits[value & 0xf]);
  return "0x" + text;
}

std::string value_text(std::uint64_t value) {
  return value <= kLastDecimal ? std::to_string(value) : hexadecimal(value);
}

/// The comparisons of one call, by argument.
using Rules = std::vector<ArgumentRule>;

Rules rules_of(const Policy& policy, std::string_view call) {
  Rules rules = policy.rules;
  std::erase_if(rules, [call](const ArgumentRule& rule) { return rule.name != call; });
  return rules;
}

/// Returns whether the rules test one bit of the argument, so that only the bits matter.
bool asks_for_one_bit(const Policy& policy, std::string_view call, unsigned argument) {
  const Rules rules = rules_of(policy, call);
  return std::all_of(rules.begin(), rules.end(), [&](const ArgumentRule& rule) {
    return rule.first.arg == argument && rule.first.op == SCMP_CMP_MASKED_EQ &&
           rule.first.datum_a == rules.front().first.datum_a &&
           (rule.first.datum_a & (rule.first.datum_a - 1)) == 0;
  });
}

/// Returns a line per run of telling values with one answer. Values between them that tell nothing
/// are not covered, and values that no rule mentions are left out.
std::string dump_argument(const Policy& policy, const std::string& call, unsigned argument,
                          Arguments arguments, const std::string& condition) {
  const int number = ::seccomp_syscall_resolve_name(call.c_str());
  std::string text;
  std::string last_answer;
  std::uint64_t last = 0;
  std::uint64_t first = 0;
  const auto flush = [&] {
    if (last_answer.empty() || last_answer == "ENOSYS") return;
    text += call + condition + " argument " + std::to_string(argument) + " " + value_text(first);
    if (last != first) text += " to " + value_text(last);
    text += ": " + last_answer + "\n";
  };
  for (const std::uint64_t value : telling_values(policy, call, argument)) {
    arguments.at(argument) = value;
    const std::string says = answer_text(native_answer(policy.filter, number, arguments));
    if (says != last_answer) {
      flush();
      first = value;
      last_answer = says;
    }
    last = value;
  }
  flush();
  return text;
}

/// Dumps the second comparison of a rule, with the first one satisfied.
std::string dump_second(const Policy& policy, const ArgumentRule& rule) {
  Arguments arguments{};
  arguments.at(rule.first.arg) = rule.first.datum_a;
  const std::string condition = " with argument " + std::to_string(rule.first.arg) + " " +
                                value_text(rule.first.datum_a) + ",";
  return dump_argument(policy, rule.name, rule.second->arg, arguments, condition);
}

std::string dump_ruled(const Policy& policy, const std::string& call) {
  std::string text;
  const Rules rules = rules_of(policy, call);
  text += dump_argument(policy, call, rules.front().first.arg, {}, "");
  for (const ArgumentRule& rule : rules) {
    if (!rule.second || rule.error_number != 0) continue;
    const std::string second = dump_second(policy, rule);  // rules can share the first
    if (text.find(second) == std::string::npos) text += second;
  }
  return text;
}

/// Lines by call name, which readers search for; calls that are answered with ENOSYS are left out.
using Lines = std::map<std::string, std::string>;

Lines lines_of(const Policy& policy) {
  std::set<std::string> ruled;
  for (const ArgumentRule& rule : policy.rules) ruled.insert(rule.name);
  Lines lines;
  for (int number = 0; number <= kLastNumber; ++number) {
    const std::string name = name_of(number).value_or("call " + std::to_string(number));
    if (ruled.contains(name)) continue;
    const std::string says = answer_text(native_answer(policy.filter, number));
    if (says != "ENOSYS") lines[name] = name + ": " + says + "\n";
  }
  for (const std::string& name : ruled) lines[name] = dump_ruled(policy, name);
  return lines;
}

/// Returns the lines that are not in `known`.
std::string text_of(const Lines& lines, const Lines& known = {}) {
  std::string text;
  for (const auto& [name, line] : lines) {
    const auto found = known.find(name);
    if (found == known.end() || found->second != line) text += line;
  }
  for (const auto& [name, line] : known) {
    if (!lines.contains(name)) text += name + ": ENOSYS\n";
  }
  return text;
}

/// Returns the only answer to all numbers of an ABI, or the number of different answers.
std::string dump_abi(const BpfProgram& filter, std::uint32_t abi, std::uint32_t bits) {
  std::set<std::string> answers;
  for (int number = 0; number <= kLastNumber; ++number) {
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
      const Arguments arguments{value, value, value, value, value, value};
      answers.insert(answer_text(answer(filter, abi, static_cast<int>(bits) | number, arguments)));
    }
  }
  return answers.size() == 1 ? *answers.begin() : std::to_string(answers.size()) + " answers";
}

std::string dump_others(const BpfProgram& filter) {
  return "all of i386: " + dump_abi(filter, AUDIT_ARCH_I386, 0) +
         "\nall of x32: " + dump_abi(filter, AUDIT_ARCH_X86_64, kX32Bit) +
         "\nall of aarch64: " + dump_abi(filter, AUDIT_ARCH_AARCH64, 0) + "\n";
}

std::string dump_init(const BpfProgram& filter) {
  std::string text;
  for (int number = 0; number <= kLastNumber; ++number) {
    const std::string says = answer_text(native_answer(filter, number));
    if (says != "kill") text += name_of(number).value_or("?") + ": " + says + "\n";
  }
  return text;
}

}  // namespace

std::uint32_t native_answer(const BpfProgram& filter, int number, const Arguments& arguments) {
  return answer(filter, AUDIT_ARCH_X86_64, number, arguments);
}

std::string answer_text(std::uint32_t answer) {
  if (answer == SECCOMP_RET_ALLOW) return "allow";
  if (answer == SECCOMP_RET_KILL_PROCESS) return "kill";
  if ((answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
    const char* name = ::strerrorname_np(static_cast<int>(answer & SECCOMP_RET_DATA));
    if (name != nullptr) return name;
  }
  return hexadecimal(answer);
}

std::set<std::uint64_t> telling_values(const Policy& policy, std::string_view call,
                                       unsigned argument) {
  std::set<std::uint64_t> values = {0};
  const std::uint64_t small = asks_for_one_bit(policy, call, argument) ? 0 : kSmallValues;
  for (std::uint64_t value = 0; value < small; ++value) values.insert(value);
  for (unsigned bit = 0; bit < 64; ++bit) values.insert(std::uint64_t{1} << bit);
  for (const ArgumentRule& rule : rules_of(policy, call)) {
    for (const auto& comparison : {std::optional(rule.first), rule.second}) {
      if (!comparison || comparison->arg != argument) continue;
      for (const std::uint64_t datum : {comparison->datum_a, comparison->datum_b}) {
        if (small == 0) continue;
        values.insert({datum - 1, datum, datum + 1});
      }
    }
  }
  return values;
}

Policy policy_of(Tier tier) {
  Policy policy{compile_interpreter_filter(tier), argument_rules()};
  if (tier != Tier::restricted) return policy;
  const std::set<std::string> overruled = ruled_in_restricted_tier();
  std::erase_if(policy.rules, [&](const auto& rule) { return overruled.contains(rule.name); });
  const Rules stricter = argument_rules_of_restricted_tier();
  policy.rules.insert(policy.rules.end(), stricter.begin(), stricter.end());
  return policy;
}

std::string dump_filters() {
  const Policy full = policy_of(Tier::full);
  const Policy restricted = policy_of(Tier::restricted);
  const BpfProgram init = compile_init_filter();
  return "# The answers of the compiled filters, see seccomp_dump.h. To write this file again:\n"
         "#   build/release/seccomp_dump >tests/unit/sandbox/seccomp_policy.txt\n\n"
         "# Interpreters. Calls and values that are not named: ENOSYS.\n\n" +
         text_of(lines_of(full)) + dump_others(full.filter) +
         "\n# Interpreters of the restricted tier, where they are answered differently.\n\n" +
         text_of(lines_of(restricted), lines_of(full)) + dump_others(restricted.filter) +
         "\n# Init. Calls that are not named: kill.\n\n" + dump_init(init) + dump_others(init);
}

}  // namespace dynsessions::sandbox::test
