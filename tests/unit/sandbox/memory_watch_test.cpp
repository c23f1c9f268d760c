#include "sandbox/watch/memory_watch.h"

#include <unistd.h>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::uint64_t kKibibyte = 1024;

}  // namespace

TEST_CASE("a process's status gives its parent and its memory without files", "[limits]") {
  const ProcessMemory memory = parse_process_status(
      "Name:\tRssAnon: 99999 kB\nPid:\t7\nPPid:\t3\nVmRSS:\t  9000 kB\nRssAnon:\t  100 kB\n"
      "RssFile:\t 8000 kB\nRssShmem:\t   20 kB\nVmSwap:\t       3 kB\n");
  CHECK(memory.parent == 3);
  CHECK(memory.bytes == 123 * kKibibyte);
  CHECK(parse_process_status("Name:\tzombie\nPPid:\t3\n").bytes == 0);
  CHECK(parse_process_status("").parent == 0);
}

TEST_CASE("proportional memory is that of anonymous and shared pages", "[limits]") {
  CHECK(parse_proportional_memory("55-7f ---p 00 00:00 0   [rollup]\nRss: 1752 kB\nPss: 999 kB\n"
                                  "Pss_Anon: 100 kB\nPss_File: 500 kB\nPss_Shmem: 20 kB\n"
                                  "SwapPss: 3 kB\n") == 123 * kKibibyte);
  CHECK(parse_proportional_memory("") == 0);
}

TEST_CASE("a family is its roots and all below them", "[limits]") {
  const ProcessTable table{{1, {0, 0}}, {2, {1, 0}}, {3, {2, 0}},
                           {4, {3, 0}}, {5, {1, 0}}, {6, {9, 0}}};
  const pid_t roots[] = {2};
  CHECK(family_of(table, roots) == std::vector<pid_t>{2, 3, 4});
  const pid_t none[] = {0};
  CHECK(family_of(table, none).size() == table.size());  // all descend from 0 or have no parent
}

TEST_CASE("a circle of parents, as pids are used again, has an end", "[limits]") {
  const ProcessTable table{{2, {3, 0}}, {3, {2, 0}}};
  const pid_t roots[] = {7};
  CHECK(family_of(table, roots).empty());
}

TEST_CASE("memory that processes share counts once, near the limit", "[limits]") {
  constexpr std::size_t kShared = std::size_t{64} << 20;
  const std::string memory(kShared, 'x');
  const pid_t roots[] = {::getpid()};
  const auto used = [&](const ProcessTable& table, std::uint64_t limit) {
    return memory_of(table, family_of(table, roots), limit);
  };
  const std::uint64_t alone = used(read_processes(), kShared);
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[1]);
    char byte = 0;
    ::_exit(static_cast<int>(::read(pipe[0], &byte, 1)));
  }
  const ProcessTable table = read_processes();
  const std::uint64_t quick = used(table, std::uint64_t{1} << 40);
  const std::uint64_t right = used(table, kShared);
  ::close(pipe[1]);
  CHECK(alone >= kShared);
  CHECK(quick >= alone + kShared);
  CHECK(right >= kShared);
  CHECK(right < alone + kShared / 2);
}

}  // namespace dynsessions::sandbox
