#include "sandbox/folders/folder_descent.h"

#include <utility>

namespace dynsessions::sandbox {

FolderDescent::FolderDescent(int parent, const char* name, HeldFolder::Purpose purpose)
    : purpose_(purpose), here_(parent, name, purpose) {
  if (here_) way_.push_back({here_.identity(), {}});
}

const char* FolderDescent::next_name() {
  Level& level = way_.back();
  const char* name = level.is_read ? nullptr : here_.next_name();
  level.is_read = name == nullptr;
  return name;
}

FolderDescent::Step FolderDescent::step() {
  if (!way_.back().folders.empty()) return enter();
  return way_.size() > 1 ? leave() : Step::finished;
}

FolderDescent::Step FolderDescent::enter() {
  left_name_ = std::move(way_.back().folders.back());
  way_.back().folders.pop_back();
  HeldFolder below(here_.fd(), left_name_.c_str(), purpose_);
  if (!below) return Step::left;
  here_ = std::move(below);
  way_.push_back({here_.identity(), std::move(left_name_)});
  return Step::entered;
}

FolderDescent::Step FolderDescent::leave() {
  left_name_ = std::move(way_.back().name);
  way_.pop_back();
  HeldFolder above(here_.fd(), "..", purpose_);
  // A folder that was moved has another parent than the one we came from.
  if (!above || above.identity() != way_.back().identity) return Step::disturbed;
  here_ = std::move(above);
  return Step::left;
}

}  // namespace dynsessions::sandbox
