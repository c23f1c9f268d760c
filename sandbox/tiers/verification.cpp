#include "sandbox/tiers/verification.h"

#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {

using Status = std::map<std::string, std::string>;

/// Returns the words of each line by the name before its colon.
Status read_status(const std::string& process) {
  std::ifstream file(process + "status");
  Status status;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream words(line.substr(colon + 1));
    std::string& value = status[line.substr(0, colon)];
    for (std::string word; words >> word;) value += (value.empty() ? "" : " ") + word;
  }
  return status;
}

/// The expected text for the real, effective, saved and file system id.
std::string four_times(std::uint32_t id) {
  const std::string text = std::to_string(id);
  return text + ' ' + text + ' ' + text + ' ' + text;
}

std::string process_path(pid_t pid) { return "/proc/" + std::to_string(pid) + '/'; }

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::string namespace_link(std::size_t kind) {
  return std::string("ns/") + kNamespaceKinds[kind].name;
}

/// The namespaces and root of the launcher, which do not change while it makes sandboxes.
struct OwnPlace {
  bool is_known = false;
  std::array<struct stat, kNamespaceKinds.size()> namespaces{};
  struct stat root {};
};

OwnPlace own_place() {
  OwnPlace place;
  place.is_known = ::stat("/", &place.root) == 0;
  for (std::size_t i = 0; i < kNamespaceKinds.size(); ++i) {
    const std::string path = "/proc/self/" + namespace_link(i);
    if (::stat(path.c_str(), &place.namespaces[i]) < 0) place.is_known = false;
  }
  return place;
}

constexpr const char* kNone = "0000000000000000";
constexpr const char* kChangeOfUserAlone = "0000000000000080";  // 1 << CAP_SETUID

struct Expectation {
  const char* field;
  std::string expected;
};

/// Checks the properties of every process that runs untrusted code, and then `more`. Returns the
/// first field that differs, or null.
const char* find_difference(Status& status, const std::string& users, gid_t gid,
                            const std::vector<Expectation>& more) {
  const std::string& state = status["State"];
  if (state.empty() || state.front() == 'Z' || state.front() == 'X') return "alive";
  std::vector<Expectation> expectations = {{"Uid", users},    {"Gid", four_times(gid)},
                                           {"CapInh", kNone}, {"CapEff", kNone},
                                           {"CapAmb", kNone}, {"NoNewPrivs", "1"}};
  expectations.insert(expectations.end(), more.begin(), more.end());
  for (const auto& [field, expected] : expectations) {
    if (status[field] != expected) return field;
  }
  return nullptr;
}

}  // namespace

const char* find_weakness(pid_t pid, uid_t uid, gid_t gid, Bounds bounds) {
  Status status = read_status(process_path(pid));
  std::vector<Expectation> more = {{"CapPrm", kNone}, {"Seccomp", "2"}};
  if (bounds == Bounds::none) more.push_back({"CapBnd", kNone});
  return find_difference(status, four_times(uid), gid, more);
}

const char* find_privilege(pid_t pid, uid_t uid, gid_t gid) {
  Status status = read_status(process_path(pid));
  return find_difference(status, four_times(uid), gid, {{"CapPrm", kNone}});
}

const char* find_zygote_weakness(pid_t pid, UserIds files) {
  Status status = read_status(process_path(pid));
  const std::string user = std::to_string(::geteuid());
  const std::string files_user = std::to_string(files.uid);
  const std::string users = files_user + ' ' + user + ' ' + user + ' ' + files_user;
  const char* permitted = files.uid == ::geteuid() ? kNone : kChangeOfUserAlone;
  return find_difference(status, users, files.gid,
                         {{"CapPrm", permitted}, {"CapBnd", kNone}, {"Threads", "1"}});
}

const char* find_leak(pid_t pid, const NamespaceView& namespaces) {
  static const OwnPlace kOwn = own_place();
  const std::string process = process_path(pid);
  for (std::size_t i = 0; i < kNamespaceKinds.size(); ++i) {
    struct stat actual {};
    struct stat wanted {};
    if (::stat((process + namespace_link(i)).c_str(), &actual) < 0 ||
        ::fstat(namespaces[i], &wanted) < 0 || !kOwn.is_known ||
        same_file(actual, kOwn.namespaces[i]) || !same_file(actual, wanted)) {
      return kNamespaceKinds[i].name;
    }
  }
  struct stat actual_root {};
  if (::stat((process + "root/").c_str(), &actual_root) < 0 || same_file(actual_root, kOwn.root)) {
    return "root";
  }
  return nullptr;
}

}  // namespace dynsessions::sandbox
