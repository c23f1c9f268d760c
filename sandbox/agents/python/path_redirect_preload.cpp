// A library that sessions preload if no mount can give them separate /mnt/data and /tmp. In calls
// of the C library it maps paths below these to the session's directory, and maps returned paths
// back. It is a convenience, not a barrier: Landlock decides which files a session can open, even
// if a program does not use this library.
//
// Not mapped: programs that do not use the C library (static ones, Go), those that are started with
// an environment without LD_PRELOAD, paths that the C library opens for itself (mkstemp, glob,
// ftw), `..` above /mnt/data, and /mnt itself.
//
// chmod and utime by path are refused by the session's filter, because it cannot check whose file
// the path names; this library uses a descriptor, which the filter allows.
//
// Named semaphores and shared memory, which multiprocessing needs, are files in /tmp here, because
// all sessions share /dev/shm.
//
// DYNSESSIONS_DIRECTORY names the session's directory, with `data` and `tmp` in it.
// DYNSESSIONS_SHOWN lists, separated by colons, paths of the host that sessions see unchanged, even
// in /tmp.

#undef _FORTIFY_SOURCE
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

namespace {

constexpr std::size_t kMaxPath = 4096;

struct Mapping {
  const char* inside;
  const char* below_directory;
};
constexpr Mapping kMappings[] = {{"/mnt/data", "/data"}, {"/tmp", "/tmp"}, {"/var/tmp", "/tmp"}};

const char* session_directory() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): asked once and never set by us
  static const char* value = std::getenv("DYNSESSIONS_DIRECTORY");
  return value == nullptr ? "" : value;
}

/// Returns the part of `path` after `prefix` if `path` is `prefix` or is below it, otherwise null.
const char* rest_after(const char* path, const char* prefix) {
  const std::size_t length = std::strlen(prefix);
  if (std::strncmp(path, prefix, length) != 0) return nullptr;
  const char* rest = path + length;
  return *rest == '\0' || *rest == '/' ? rest : nullptr;
}

/// Whether the path is below a directory of DYNSESSIONS_SHOWN.
bool is_shown(const char* path) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as above
  static const char* list = std::getenv("DYNSESSIONS_SHOWN");
  for (const char* shown = list; shown != nullptr && *shown != '\0';) {
    const std::size_t length = std::strcspn(shown, ":");
    const char after = std::strncmp(path, shown, length) == 0 ? path[length] : 'x';
    if (after == '\0' || after == '/') return true;
    shown += length + (shown[length] == ':' ? 1 : 0);
  }
  return false;
}

/// A path as the kernel knows it. Lives as long as the call.
class Real {
 public:
  Real(const char* path) : path_(path) {  // NOLINT(google-explicit-constructor): reads as the path
    if (path == nullptr || *path != '/' || *session_directory() == '\0') return;
    if (rest_after(path, session_directory()) != nullptr || is_shown(path)) return;
    for (const auto& [inside, below] : kMappings) {
      const char* rest = rest_after(path, inside);
      if (rest == nullptr) continue;
      const int size =
          std::snprintf(text_, sizeof(text_), "%s%s%s", session_directory(), below, rest);
      // A path that is too long is passed on, because the kernel refuses it.
      if (size > 0 && static_cast<std::size_t>(size) < sizeof(text_)) path_ = text_;
      return;
    }
  }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  operator const char*() const { return path_; }  // NOLINT(google-explicit-constructor): as above

 private:
  const char* path_;
  char text_[kMaxPath];
};

/// Maps a path back, in place, because the result is never longer.
char* as_inside(char* path) {
  if (path == nullptr || *session_directory() == '\0') return path;
  const char* below = rest_after(path, session_directory());
  if (below == nullptr) return path;
  for (const auto& [inside, below_directory] : kMappings) {
    const char* rest = rest_after(below, below_directory);
    if (rest == nullptr) continue;
    char text[kMaxPath];
    std::snprintf(text, sizeof(text), "%s%s", inside, rest);
    std::memcpy(path, text, std::strlen(text) + 1);
    return path;
  }
  return path;
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int by_descriptor(int directory, const char* path, int flags, int (*change)(int, const void*),
                  const void* argument) {
  const int file = ::openat(directory, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
  if (file < 0) return -1;
  const int result = change(file, argument);
  const int error_number = errno;
  ::close(file);
  errno = error_number;
  return result;
}

int change_mode(int directory, const char* path, mode_t mode, int flags) {
  return by_descriptor(
      directory, path, (flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0,
      [](int file, const void* wanted) {
        return ::fchmod(file, *static_cast<const mode_t*>(wanted));
      },
      &mode);
}

int change_times(int directory, const char* path, const timespec* times, int flags) {
  return by_descriptor(
      directory, path, (flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0,
      [](int file, const void* wanted) {
        return ::futimens(file, static_cast<const timespec*>(wanted));
      },
      times);
}

void to_timespec(const timeval* from, timespec* to) {
  for (int i = 0; i < 2; ++i) to[i] = {from[i].tv_sec, from[i].tv_usec * 1000};
}

mode_t mode_argument(int flags, va_list arguments) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): all callers have just begun it
  return creates ? va_arg(arguments, mode_t) : 0;
}

/// lscpu opens /proc only to open files below it. Landlock allows some of these files, but not
/// reading the directory, which lists the processes of the host. So it gets a descriptor with
/// O_PATH.
int or_place(int opened, const char* path, int flags) {
  if (opened >= 0 || errno != EACCES || std::strcmp(path, "/proc") != 0) return opened;
  return ::openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | (flags & O_CLOEXEC));
}

}  // namespace

// NOLINTBEGIN(bugprone-macro-parentheses): they are lists of parameters, in parentheses already
/// A function whose `path` is mapped and that is otherwise the C library's.
#define MAPPED(result, name, parameters, arguments)     \
  extern "C" result name parameters {                   \
    static auto* real = next<result parameters>(#name); \
    const Real mapped(path);                            \
    return real arguments;                              \
  }
/// The same with two paths.
#define MAPPED_TWICE(name, parameters, arguments)    \
  extern "C" int name parameters {                   \
    static auto* real = next<int parameters>(#name); \
    const Real mapped(path);                         \
    const Real mapped_to(to);                        \
    return real arguments;                           \
  }
#define OPENING(name)                                            \
  extern "C" int name(const char* path, int flags, ...) {        \
    static auto* real = next<int(const char*, int, ...)>(#name); \
    va_list arguments;                                           \
    va_start(arguments, flags);                                  \
    const mode_t mode = mode_argument(flags, arguments);         \
    va_end(arguments);                                           \
    return or_place(real(Real(path), flags, mode), path, flags); \
  }
#define OPENING_AT(name)                                              \
  extern "C" int name(int at, const char* path, int flags, ...) {     \
    static auto* real = next<int(int, const char*, int, ...)>(#name); \
    va_list arguments;                                                \
    va_start(arguments, flags);                                       \
    const mode_t mode = mode_argument(flags, arguments);              \
    va_end(arguments);                                                \
    return or_place(real(at, Real(path), flags, mode), path, flags);  \
  }

// NOLINTEND(bugprone-macro-parentheses)

OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)
MAPPED(int, creat, (const char* path, mode_t mode), (mapped, mode))
MAPPED(int, creat64, (const char* path, mode_t mode), (mapped, mode))
MAPPED(FILE*, fopen, (const char* path, const char* mode), (mapped, mode))
MAPPED(FILE*, fopen64, (const char* path, const char* mode), (mapped, mode))
MAPPED(FILE*, freopen, (const char* path, const char* mode, FILE* file), (mapped, mode, file))
MAPPED(FILE*, freopen64, (const char* path, const char* mode, FILE* file), (mapped, mode, file))
MAPPED(DIR*, opendir, (const char* path), (mapped))
MAPPED(void*, dlopen, (const char* path, int flags), (mapped, flags))

MAPPED(int, stat, (const char* path, struct stat* status), (mapped, status))
MAPPED(int, stat64, (const char* path, struct stat64* status), (mapped, status))
MAPPED(int, lstat, (const char* path, struct stat* status), (mapped, status))
MAPPED(int, lstat64, (const char* path, struct stat64* status), (mapped, status))
MAPPED(int, fstatat, (int at, const char* path, struct stat* status, int flags),
       (at, mapped, status, flags))
MAPPED(int, fstatat64, (int at, const char* path, struct stat64* status, int flags),
       (at, mapped, status, flags))
MAPPED(int, statx, (int at, const char* path, int flags, unsigned mask, struct statx* status),
       (at, mapped, flags, mask, status))
// Functions that programs call if they were linked with glibc before 2.33.
MAPPED(int, __xstat, (int version, const char* path, struct stat* status),
       (version, mapped, status))
MAPPED(int, __xstat64, (int version, const char* path, struct stat64* status),
       (version, mapped, status))
MAPPED(int, __lxstat, (int version, const char* path, struct stat* status),
       (version, mapped, status))
MAPPED(int, __lxstat64, (int version, const char* path, struct stat64* status),
       (version, mapped, status))
MAPPED(int, statfs, (const char* path, struct statfs* status), (mapped, status))
MAPPED(int, statfs64, (const char* path, struct statfs64* status), (mapped, status))
MAPPED(int, statvfs, (const char* path, struct statvfs* status), (mapped, status))
MAPPED(int, statvfs64, (const char* path, struct statvfs64* status), (mapped, status))
MAPPED(int, access, (const char* path, int mode), (mapped, mode))
MAPPED(int, euidaccess, (const char* path, int mode), (mapped, mode))
MAPPED(int, eaccess, (const char* path, int mode), (mapped, mode))
MAPPED(int, faccessat, (int at, const char* path, int mode, int flags), (at, mapped, mode, flags))
MAPPED(ssize_t, getxattr, (const char* path, const char* name, void* value, std::size_t size),
       (mapped, name, value, size))
MAPPED(ssize_t, lgetxattr, (const char* path, const char* name, void* value, std::size_t size),
       (mapped, name, value, size))
MAPPED(ssize_t, listxattr, (const char* path, char* list, std::size_t size), (mapped, list, size))
MAPPED(ssize_t, llistxattr, (const char* path, char* list, std::size_t size), (mapped, list, size))

MAPPED(int, mkdir, (const char* path, mode_t mode), (mapped, mode))
MAPPED(int, mkdirat, (int at, const char* path, mode_t mode), (at, mapped, mode))
MAPPED(int, mkfifo, (const char* path, mode_t mode), (mapped, mode))
MAPPED(int, rmdir, (const char* path), (mapped))
MAPPED(int, unlink, (const char* path), (mapped))
MAPPED(int, unlinkat, (int at, const char* path, int flags), (at, mapped, flags))
MAPPED(int, remove, (const char* path), (mapped))
MAPPED(int, chdir, (const char* path), (mapped))
MAPPED(int, truncate, (const char* path, off_t size), (mapped, size))
MAPPED(int, truncate64, (const char* path, off64_t size), (mapped, size))
MAPPED_TWICE(rename, (const char* path, const char* to), (mapped, mapped_to))
MAPPED_TWICE(renameat, (int at, const char* path, int to_at, const char* to),
             (at, mapped, to_at, mapped_to))
MAPPED_TWICE(renameat2, (int at, const char* path, int to_at, const char* to, unsigned flags),
             (at, mapped, to_at, mapped_to, flags))
MAPPED_TWICE(link, (const char* path, const char* to), (mapped, mapped_to))
MAPPED_TWICE(linkat, (int at, const char* path, int to_at, const char* to, int flags),
             (at, mapped, to_at, mapped_to, flags))
MAPPED_TWICE(symlink, (const char* path, const char* to), (mapped, mapped_to))
MAPPED_TWICE(symlinkat, (const char* path, int at, const char* to), (mapped, at, mapped_to))

MAPPED(int, execve, (const char* path, char* const* argv, char* const* envp), (mapped, argv, envp))
MAPPED(int, execv, (const char* path, char* const* argv), (mapped, argv))
MAPPED(int, execvp, (const char* path, char* const* argv), (mapped, argv))
MAPPED(int, execvpe, (const char* path, char* const* argv, char* const* envp), (mapped, argv, envp))
MAPPED(int, posix_spawn,
       (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
        const posix_spawnattr_t* attributes, char* const* argv, char* const* envp),
       (pid, mapped, actions, attributes, argv, envp))
MAPPED(int, posix_spawnp,
       (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
        const posix_spawnattr_t* attributes, char* const* argv, char* const* envp),
       (pid, mapped, actions, attributes, argv, envp))

extern "C" int chmod(const char* path, mode_t mode) { return change_mode(AT_FDCWD, path, mode, 0); }
extern "C" int fchmodat(int at, const char* path, mode_t mode, int flags) {
  return change_mode(at, path, mode, flags);
}

extern "C" int utimensat(int at, const char* path, const timespec* times, int flags) {
  return change_times(at, path, times, flags);
}
extern "C" int utimes(const char* path, const timeval* times) {
  timespec precise[2];
  if (times != nullptr) to_timespec(times, precise);
  return change_times(AT_FDCWD, path, times == nullptr ? nullptr : precise, 0);
}
extern "C" int utime(const char* path, const utimbuf* times) {
  if (times == nullptr) return change_times(AT_FDCWD, path, nullptr, 0);
  const timespec precise[2] = {{times->actime, 0}, {times->modtime, 0}};
  return change_times(AT_FDCWD, path, precise, 0);
}

extern "C" char* getcwd(char* buffer, std::size_t size) {
  static auto* real = next<char*(char*, std::size_t)>("getcwd");
  return as_inside(real(buffer, size));
}
extern "C" char* realpath(const char* path, char* resolved) {
  static auto* real = next<char*(const char*, char*)>("realpath");
  return as_inside(real(Real(path), resolved));
}
extern "C" ssize_t readlink(const char* path, char* buffer, std::size_t size) {
  static auto* real = next<ssize_t(const char*, char*, std::size_t)>("readlink");
  char target[kMaxPath + 1];
  const ssize_t length = real(Real(path), target, kMaxPath);
  if (length < 0) return length;
  target[length] = '\0';
  as_inside(target);
  const std::size_t inside = std::strlen(target);
  const std::size_t copied = inside < size ? inside : size;
  std::memcpy(buffer, target, copied);
  return static_cast<ssize_t>(copied);
}

namespace {

/// The file in /tmp of a named object, e.g. /mp-x1.
struct ObjectFile {
  char path[kMaxPath];

  ObjectFile(const char* kind, const char* name) {
    while (*name == '/') ++name;
    std::snprintf(path, sizeof(path), "%s/tmp/.%s.%s", session_directory(), kind, name);
  }
};

constexpr mode_t kOwnerOnly = 0600;

sem_t* map_semaphore(int file) {
  void* memory = ::mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return memory == MAP_FAILED ? SEM_FAILED : static_cast<sem_t*>(memory);
}

/// The semaphore gets its name only when it is initialised.
sem_t* create_semaphore(const char* path, unsigned value, bool exclusive) {
  char place[kMaxPath];
  std::snprintf(place, sizeof(place), "%s/tmp/.semaphore-XXXXXX", session_directory());
  const int file = ::mkostemp(place, O_CLOEXEC);
  if (file < 0) return SEM_FAILED;
  sem_t initial;
  ::sem_init(&initial, 1, value);
  const bool written = ::write(file, &initial, sizeof(initial)) == sizeof(initial);
  const bool named = written && ::link(place, path) == 0;
  const int error_number = errno;
  ::unlink(place);
  if (named) return map_semaphore(file);
  ::close(file);
  errno = error_number;
  if (!exclusive && error_number == EEXIST) return nullptr;  // another process made it first
  return SEM_FAILED;
}

}  // namespace

extern "C" sem_t* sem_open(const char* name, int flags, ...) {
  const ObjectFile object("sem", name);
  va_list arguments;
  va_start(arguments, flags);
  static_cast<void>((flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0);
  const unsigned value = (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  const bool exclusive = (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0;
  const int file = exclusive ? -1 : ::open(object.path, O_RDWR | O_CLOEXEC);
  if (file >= 0) return map_semaphore(file);
  if ((flags & O_CREAT) == 0) return SEM_FAILED;
  sem_t* made = create_semaphore(object.path, value, exclusive);
  return made != nullptr ? made : map_semaphore(::open(object.path, O_RDWR | O_CLOEXEC));
}
extern "C" int sem_close(sem_t* semaphore) { return ::munmap(semaphore, sizeof(sem_t)); }
extern "C" int sem_unlink(const char* name) { return ::unlink(ObjectFile("sem", name).path); }
extern "C" int shm_open(const char* name, int flags, mode_t mode) {
  return ::open(ObjectFile("shm", name).path, flags | O_CLOEXEC | O_NOFOLLOW, mode & kOwnerOnly);
}
extern "C" int shm_unlink(const char* name) { return ::unlink(ObjectFile("shm", name).path); }
