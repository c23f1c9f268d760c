#include "sandbox/files/directory_descent.h"

#include <utility>

namespace dynsessions::sandbox {

DirectoryDescent::DirectoryDescent(int parent, const char* name, HeldDirectory::Purpose purpose)
    : purpose_(purpose), here_(parent, name, purpose) {
  if (here_) way_.push_back({here_.identity(), {}});
}

const char* DirectoryDescent::next_name() {
  Level& level = way_.back();
  const char* name = level.is_read ? nullptr : here_.next_name();
  level.is_read = name == nullptr;
  return name;
}

DirectoryDescent::Step DirectoryDescent::step() {
  if (!way_.back().directories.empty()) return enter();
  return way_.size() > 1 ? leave() : Step::finished;
}

DirectoryDescent::Step DirectoryDescent::enter() {
  left_name_ = std::move(way_.back().directories.back());
  way_.back().directories.pop_back();
  HeldDirectory below(here_.fd(), left_name_.c_str(), purpose_);
  if (!below) return Step::left;
  here_ = std::move(below);
  way_.push_back({here_.identity(), std::move(left_name_)});
  return Step::entered;
}

DirectoryDescent::Step DirectoryDescent::leave() {
  left_name_ = std::move(way_.back().name);
  way_.pop_back();
  HeldDirectory above(here_.fd(), "..", purpose_);
  // If the directory was moved, its parent is not the directory from which the descent entered it.
  if (!above || above.identity() != way_.back().identity) return Step::disturbed;
  here_ = std::move(above);
  return Step::left;
}

}  // namespace dynsessions::sandbox
