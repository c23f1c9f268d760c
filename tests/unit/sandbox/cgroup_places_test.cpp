#include "sandbox/kernel/cgroups/cgroup_places.h"

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

std::string shown(const std::vector<CgroupPlace>& places) {
  std::string text;
  for (const CgroupPlace& place : places) {
    text += place.unified ? "v2" : "v1";
    for (const Controller controller : place.controllers) {
      text += ' ' + std::string(name_of(controller));
    }
    text += " at " + place.directory + " as " + place.path + '\n';
  }
  return text;
}

constexpr const char* kHybridGroups =
    "9:name=systemd:/\n"
    "8:pids:/\n"
    "7:blkio:/\n"
    "4:memory:/jobs/14cb\n"
    "3:cpu,cpuacct:/\n"
    "0::/\n";
constexpr const char* kHybridMounts =
    "23 1 0:20 / / rw,relatime - ext4 /dev/vda rw\n"
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

}  // namespace

TEST_CASE("each controller is found in its hierarchy", "[limits]") {
  struct Row {
    const char* what;
    const char* groups;
    const char* mounts;
    const char* places;
  };
  const auto row = GENERATE(values<Row>({
      {"a hybrid of both versions", kHybridGroups, kHybridMounts,
       "v1 pids at /sys/fs/cgroup/pids as /\n"
       "v1 memory at /sys/fs/cgroup/memory/jobs/14cb as /jobs/14cb\n"
       "v1 cpu at /sys/fs/cgroup/cpu,cpuacct as /\n"
       "v2 at /sys/fs/cgroup/unified as /\n"},
      {"version 2 in a session of systemd", "0::/user.slice/user-1000.slice/session-3.scope\n",
       "28 25 0:24 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
       "v2 at /sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope"
       " as /user.slice/user-1000.slice/session-3.scope\n"},
      {"version 2 in a container with a namespace of groups", "0::/\n",
       "900 899 0:24 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
       "v2 at /sys/fs/cgroup as /\n"},
      {"version 1 in a container without", "11:memory:/docker/4f0a\n5:pids:/docker/4f0a\n",
       "700 699 0:30 /docker/4f0a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
       "701 699 0:31 /docker/4f0a /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n",
       "v1 memory at /sys/fs/cgroup/memory as /docker/4f0a\n"
       "v1 pids at /sys/fs/cgroup/pids as /docker/4f0a\n"},
      {"a group below the one that is mounted", "11:memory:/docker/4f0a/inner\n",
       "700 699 0:30 /docker/4f0a /cg rw - cgroup cgroup rw,memory\n",
       "v1 memory at /cg/inner as /docker/4f0a/inner\n"},
      {"a mount that does not reach the group", "11:memory:/docker/4f0abc\n",
       "700 699 0:30 /docker/4f0a /cg rw - cgroup cgroup rw,memory\n", ""},
      {"a group outside of the namespace", "0::/../other\n",
       "28 25 0:24 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", ""},
      {"a mount point with a blank", "4:memory:/\n",
       "35 31 0:32 / /my\\040groups rw - cgroup cgroup rw,memory\n",
       "v1 memory at /my groups as /\n"},
      {"nothing mounted", kHybridGroups, "23 1 0:20 / / rw - ext4 /dev/vda rw\n", ""},
      {"no groups in the kernel", "", kHybridMounts, ""},
      {"lines that make no sense", "memory\n:\n4:\n4:memory\n4:memory:\n0::\n",
       "\n-\na b c d e -\n35 31 0:32 / - cgroup\n", ""},
  }));
  DYNAMIC_SECTION(row.what) { CHECK(shown(find_places(row.groups, row.mounts)) == row.places); }
}

TEST_CASE("the group of another process is that of the same hierarchy", "[limits]") {
  const char* other = "8:pids:/a\n4:memory:/b\n0::/c\n";
  CHECK(path_in(other, {false, {Controller::pids}, "", ""}) == "/a");
  CHECK(path_in(other, {false, {Controller::memory}, "", ""}) == "/b");
  CHECK(path_in(other, {true, {Controller::memory}, "", ""}) == "/c");
  CHECK(path_in(other, {false, {Controller::cpu}, "", ""}).empty());
  CHECK(path_in("4:memory:/b\n", {true, {Controller::memory}, "", ""}).empty());
}

TEST_CASE("controllers are read from words, and others passed over", "[limits]") {
  CHECK(parse_controllers("cpuset cpu io memory hugetlb pids\n", " \n") ==
        std::vector{Controller::cpu, Controller::memory, Controller::pids});
  CHECK(parse_controllers("hugetlb\n", " \n").empty());
  CHECK(parse_controllers("", " \n").empty());
}

}  // namespace dynsessions::sandbox
