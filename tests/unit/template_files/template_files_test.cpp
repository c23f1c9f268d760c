#include "emulator/template_files/template_files.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <unistd.h>

#include "tests/support/catch.h"

namespace dynsessions::template_files {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

constexpr const char* kTemplate =
    R"({"$schema": "https://x/deploymentTemplate.json#", "contentVersion": "1", "resources": []})";

/// A directory with files, which is also the PATH.
class Files {
 public:
  Files() : root_(fs::temp_directory_path() / ("template_files_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directory(root_);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { fs::remove_all(root_); }

  std::string add(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
    return (root_ / name).string();
  }
  void add_program(const std::string& name, const std::string& script) const {
    const std::string path = add(name, "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms::owner_all);
  }
  [[nodiscard]] std::vector<Document> read(const std::vector<std::string>& paths) const {
    return read_template_files(paths, [this](const std::string& name) {
      return name == "PATH" ? std::optional("/nowhere::" + root_.string()) : std::nullopt;
    });
  }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& paths) const {
    try {
      static_cast<void>(read(paths));
      return "";
    } catch (const TemplateFileError& error) {
      return error.what();
    }
  }

 private:
  const fs::path root_;
};

TEST_CASE("a template has the parameters of the file behind it", "[template_files]") {
  const Files files;
  const auto documents =
      files.read({files.add("main.json", std::string("// mine\n") + kTemplate),
                  files.add("main.parameters.json", R"({"parameters":{"a":{"value":1}}})"),
                  files.add("more.json", R"({"parameters":{"b":{"value":2}}})")});
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].kind == Document::Kind::group_template);
  CHECK(documents[0].name == "main");
  CHECK(documents[0].parameters.dump() == R"({"a":{"value":1},"b":{"value":2}})");
  const auto properties = documents[0].deployment_body()["properties"];
  CHECK(properties["mode"] == "Incremental");
  CHECK(properties["template"]["resources"].is_array());
}

TEST_CASE("a template tells whether it is for a subscription", "[template_files]") {
  const Files files;
  const auto documents = files.read(
      {files.add("main.json", R"({"$schema": "https://x/subscriptionDeploymentTemplate.json#",
                       "resources": {}})")});
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].kind == Document::Kind::subscription_template);
}

TEST_CASE("a pool has the name in its body, or that of its file", "[template_files]") {
  const Files files;
  const auto documents =
      files.read({files.add("one.json", R"({"name":"first","properties":{}})"),
                  files.add("second.json", R"({"location":"x","properties":{}})")});
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].kind == Document::Kind::pool);
  CHECK(documents[0].name == "first");
  CHECK(documents[1].name == "second");
}

TEST_CASE("a Bicep file is compiled by the program on PATH", "[template_files]") {
  const Files files;
  files.add_program("bicep", "test \"$1 $2\" = 'build --stdout' && cat \"$3\"\n");
  const auto documents = files.read({files.add("main.bicep", kTemplate)});
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].kind == Document::Kind::group_template);
  CHECK(documents[0].name == "main");
}

TEST_CASE("a Bicep file that cannot be compiled is refused", "[template_files]") {
  const Files files;
  const std::string path = files.add("main.bicep", kTemplate);
  CHECK_THAT(files.refusal({path}), Contains("main.bicep") && Contains("no `bicep` on PATH") &&
                                        Contains("az bicep build"));
  files.add_program("bicep", "exit 1\n");
  CHECK_THAT(files.refusal({path}), Contains("cannot compile it"));
  CHECK_THAT(files.refusal({path + ".bicep"}), Contains("cannot be read"));
}

TEST_CASE("files that declare nothing are refused with what is expected", "[template_files]") {
  const Files files;
  const std::string pool = files.add("pool.json", R"({"properties":{}})");
  const std::string parameters = files.add("parameters.json", R"({"parameters":{}})");
  CHECK_THAT(files.refusal({files.add("a.json", "{")}), Contains("is not JSON"));
  CHECK_THAT(files.refusal({files.add("a.json", "[]")}), Contains("neither an ARM template"));
  CHECK_THAT(files.refusal({files.add("a.json", R"({"maxSessions":5})")}),
             Contains("neither an ARM template"));
  CHECK_THAT(files.refusal({files.add("a.json", R"({"name":5,"properties":{}})")}),
             Contains("`name`"));
  CHECK_THAT(files.refusal({parameters}), Contains("in front of it is no template"));
  CHECK_THAT(files.refusal({pool, parameters}), Contains("in front of it is no template"));
  CHECK_THAT(files.refusal({pool + ".absent"}), Contains("cannot be read"));
  CHECK_THAT(files.refusal({fs::temp_directory_path().string()}), Contains("cannot be read"));
  CHECK_THAT(files.refusal({files.add("big.json", std::string((4 << 20) + 1, ' '))}),
             Contains("larger than 4 MB"));
}

}  // namespace
}  // namespace dynsessions::template_files
