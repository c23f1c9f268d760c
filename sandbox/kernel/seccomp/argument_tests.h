#pragma once

#include <seccomp.h>

/// Tests of an argument of a system call, with names that read well in a rule. The kernel passes 64
/// bits of each argument, even if the call uses only 32 of them.
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
