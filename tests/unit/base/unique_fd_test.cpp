#include "sandbox/base/unique_fd.h"

#include <type_traits>
#include <utility>

#include <fcntl.h>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

static_assert(!std::is_copy_constructible_v<UniqueFd> && !std::is_copy_assignable_v<UniqueFd>);
static_assert(std::is_nothrow_move_constructible_v<UniqueFd>);
static_assert(std::is_nothrow_move_assignable_v<UniqueFd>);

UniqueFd open_something() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST_CASE("a descriptor is closed when its owner goes", "[core][unique_fd]") {
  int number = -1;
  {
    const UniqueFd owner = open_something();
    number = owner.get();
    REQUIRE(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("move construction hands the descriptor over", "[core][unique_fd]") {
  UniqueFd first = open_something();
  const int number = first.get();
  const UniqueFd second(std::move(first));
  CHECK(second.get() == number);
  CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): empty is what it promises to be
  CHECK(is_open(number));
}

TEST_CASE("move assignment closes what it held", "[core][unique_fd]") {
  UniqueFd target = open_something();
  const int old_number = target.get();
  UniqueFd source = open_something();
  const int new_number = source.get();
  target = std::move(source);
  CHECK_FALSE(is_open(old_number));
  CHECK(is_open(new_number));
  CHECK(target.get() == new_number);
  CHECK_FALSE(source);  // NOLINT(bugprone-use-after-move): empty is what it promises to be
}

TEST_CASE("moving onto itself keeps the descriptor open", "[core][unique_fd]") {
  UniqueFd owner = open_something();
  const int number = owner.get();
  UniqueFd& same = owner;
  owner = std::move(same);
  CHECK(owner.get() == number);
  CHECK(is_open(number));
}

TEST_CASE("a released descriptor is the caller's to close", "[core][unique_fd]") {
  int number = -1;
  {
    UniqueFd owner = open_something();
    number = owner.release();
    CHECK_FALSE(owner);
  }
  CHECK(is_open(number));
  CHECK(::close(number) == 0);
}

TEST_CASE("no descriptor is false, and 0 is one", "[core][unique_fd]") {
  CHECK_FALSE(UniqueFd());
  CHECK_FALSE(UniqueFd(-1));
  UniqueFd zero(0);
  CHECK(zero);
  CHECK(zero.release() == 0);
}

}  // namespace
}  // namespace dynsessions
