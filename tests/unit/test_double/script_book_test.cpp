#include "emulator/test_double/scripts/script_book.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

const pools::PoolName kOne{.name = "one"};
const pools::PoolName kOther{.name = "other"};

Script book_script(const std::string& text) {
  return parse_script(nlohmann::json::parse(text)).value();
}

/// The rule that answers; "run", or the code of the refusal's field.
std::string decided(ScriptBook& book, const pools::PoolName& pool, const std::string& code) {
  const auto decision = book.decide(pool, code);
  if (const auto* const scripted = std::get_if<ScriptBook::Scripted>(&decision)) {
    return scripted->rule;
  }
  return std::holds_alternative<Error>(decision) ? "refused" : "run";
}

TEST_CASE("the rules of a pool come before those of the server", "[double][scripts]") {
  ScriptBook book;
  CHECK(book.is_idle());
  book.replace(kOne, book_script(R"({"rules":[{"code":"a"}]})"));
  book.replace(std::nullopt, book_script(R"({"rules":[{"code":"b"},{"code":"a"}]})"));
  CHECK_FALSE(book.is_idle());
  CHECK(decided(book, kOne, "a") == "script rule 1 of the pool");
  CHECK(decided(book, kOther, "a") == "script rule 2 of the server");
  CHECK(decided(book, kOne, "c") == "run");
}

TEST_CASE("a strict script refuses, whether it is the pool's or the server's",
          "[double][scripts]") {
  ScriptBook book;
  book.replace(kOne, book_script(R"({"rules":[],"strict":true})"));
  CHECK(decided(book, kOne, "a") == "refused");
  CHECK(decided(book, kOther, "a") == "run");
  book.replace(std::nullopt, book_script(R"({"rules":[{"code":"a"}],"strict":true})"));
  CHECK(decided(book, kOne, "a") == "script rule 1 of the server");
  CHECK(decided(book, kOther, "b") == "refused");
}

TEST_CASE("a rule that is used up lets the next one answer", "[double][scripts]") {
  ScriptBook book;
  book.replace(kOne, book_script(R"({"rules":[{"code":"a","times":1},{"code":"a"}]})"));
  CHECK(decided(book, kOne, "a") == "script rule 1 of the pool");
  CHECK(decided(book, kOne, "a") == "script rule 2 of the pool");
  CHECK(decided(book, kOne, "a") == "script rule 2 of the pool");
}

TEST_CASE("clear brings the initial script of the server back", "[double][scripts]") {
  ScriptBook book(book_script(R"({"rules":[{"code":"a","times":1}]})"));
  CHECK(decided(book, kOne, "a") == "script rule 1 of the server");
  CHECK(decided(book, kOne, "a") == "run");
  book.replace(kOne, book_script(R"({"rules":[{"code":"b"}]})"));
  book.start_recording(kOne);
  book.clear(std::nullopt);
  CHECK(decided(book, kOne, "a") == "script rule 1 of the server");
  CHECK(decided(book, kOne, "b") == "run");
  CHECK_FALSE(book.records(kOne));
}

TEST_CASE("an execution is in the recordings of its pool and of the server",
          "[double][recording]") {
  ScriptBook book;
  book.start_recording(kOne);
  CHECK(book.records(kOne));
  CHECK_FALSE(book.records(kOther));
  book.start_recording(std::nullopt);
  CHECK(book.records(kOther));
  book.record(kOther, recorded_program("x", {}));
  CHECK(book.recording(kOne)->script()["rules"].empty());
  CHECK(book.recording(std::nullopt)->script()["rules"].size() == 1);
  CHECK(book.stop_recording(kOne));
  CHECK_FALSE(book.stop_recording(kOne));
}

}  // namespace
}  // namespace dynsessions::test_double
