#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/packages/layer_build.h"
#include "emulator/packages/requirements_file.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::packages {

/// A layer that sessions can use. It is not removed while this object exists.
struct KeptLayer {
  std::filesystem::path prefix;
  UniqueFd claim;

  [[nodiscard]] std::filesystem::path python() const { return prefix / "bin" / "python3"; }
};

/// Result of change().
struct Change {
  RequirementsFile file;
  LayerFacts layer;
};

/// The layers of a user, each in a directory that is named by a hash of its requirements and of its
/// base. A layer is built elsewhere and gets that name when it is complete, so an incomplete one is
/// never used; a lock lets two servers that start at once build it once. Layers that no server has
/// used for 30 days are removed when another one is built.
///
/// Functions block. Those that build need a program with one thread. All but find() throw
/// tls::StateError if the directory cannot be used.
class LayerStore {
 public:
  /// `directory` need not exist. `base_python` is the python3 of the base, `script` is
  /// environment_layer.py.
  LayerStore(std::filesystem::path directory, std::filesystem::path base_python,
             std::filesystem::path script);

  [[nodiscard]] const std::filesystem::path& base_python() const { return base_python_; }

  /// Returns nullopt if the layer was not built yet.
  [[nodiscard]] std::optional<KeptLayer> find(const RequirementsFile& file) const;

  /// Finds the layer or builds it. `before_build` is called before the wait for another process and
  /// before pip starts. `place` is the directory of the file. `invalid_request` if pip fails.
  [[nodiscard]] Result<KeptLayer> obtain(const RequirementsFile& file,
                                         const std::filesystem::path& place,
                                         const std::function<void()>& before_build) const;

  /// Edits a file on the disk, which need not exist, and builds its layer: both or nothing.
  /// Packages without a version get the one that was installed. The refusals of `edit`, of the file
  /// and of pip are passed on. `invalid_request` also if the file cannot be read or written.
  using Edit = std::function<Result<void>(RequirementsFile& file)>;
  [[nodiscard]] Result<Change> change(const std::filesystem::path& path, const Edit& edit) const;

 private:
  struct Build {
    std::filesystem::path directory;
    LayerFacts facts;
  };
  [[nodiscard]] std::filesystem::path directory_for(const RequirementsFile& file) const;
  [[nodiscard]] Result<Build> build(const RequirementsFile& file,
                                    const std::filesystem::path& place) const;
  [[nodiscard]] Versions constraints_for(const RequirementsFile& file) const;
  void pin(RequirementsFile& file, const LayerFacts& facts) const;
  void publish(const Build& build, const RequirementsFile& file) const;
  void remove_leftovers() const;
  void remove_unused() const;

  const std::filesystem::path directory_;
  const std::filesystem::path base_python_;
  const std::filesystem::path script_;
  const PythonEnvironment base_;
};

}  // namespace dynsessions::packages
