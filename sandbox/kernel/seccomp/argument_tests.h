#pragma once

#include <seccomp.h>

/// What a filter can ask of an argument of a system call, named as it reads in a rule. The kernel
/// passes 64 bits of each, also where the call looks at 32 of them only.
namespace dynsessions::sandbox {

inline scmp_arg_cmp equal(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
inline scmp_arg_cmp not_equal(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_NE, value, 0};
}
inline scmp_arg_cmp at_least(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_GE, value, 0};
}
inline scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}
inline scmp_arg_cmp low_half(unsigned argument, scmp_datum_t value) {
  return masked(argument, 0xffff'ffffU, value);
}

}  // namespace dynsessions::sandbox
