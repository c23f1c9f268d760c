#include "tests/unit/sandbox/bpf_machine.h"

#include <cstring>
#include <stdexcept>

namespace dynsessions::sandbox::test {
namespace {

std::uint32_t load(const seccomp_data& call, std::uint32_t offset) {
  if (offset % 4 != 0 || offset + 4 > sizeof(call)) throw std::runtime_error("load out of range");
  std::uint32_t word = 0;
  std::memcpy(&word, reinterpret_cast<const char*>(&call) + offset, sizeof(word));
  return word;
}

bool jumps(const sock_filter& instruction, std::uint32_t accumulator) {
  switch (BPF_OP(instruction.code)) {
    case BPF_JEQ:
      return accumulator == instruction.k;
    case BPF_JGT:
      return accumulator > instruction.k;
    case BPF_JGE:
      return accumulator >= instruction.k;
    case BPF_JSET:
      return (accumulator & instruction.k) != 0;
    default:
      throw std::runtime_error("unknown jump");
  }
}

}  // namespace

std::uint32_t run_filter(const BpfProgram& program, const seccomp_data& call) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& instruction = program[at];
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        accumulator = load(call, instruction.k);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= instruction.k;
        break;
      case BPF_JMP | BPF_JA:
        at += instruction.k;
        break;
      case BPF_RET | BPF_K:
        return instruction.k;
      default:
        if (BPF_CLASS(instruction.code) != BPF_JMP || BPF_SRC(instruction.code) != BPF_K) {
          throw std::runtime_error("unknown instruction");
        }
        at += jumps(instruction, accumulator) ? instruction.jt : instruction.jf;
    }
  }
  throw std::runtime_error("the end without a return");
}

}  // namespace dynsessions::sandbox::test
