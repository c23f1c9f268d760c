// Prints the answers of the filters: the text of seccomp_policy.txt.

#include <cstdio>

#include "tests/unit/sandbox/seccomp_dump.h"

int main() {
  std::fputs(dynsessions::sandbox::test::dump_filters().c_str(), stdout);
  return 0;
}
