#include "emulator/test_double/journal/journal.h"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

const pools::PoolName kFirst{"s", "g", "first"};
const pools::PoolName kSecond{"s", "g", "second"};

std::shared_ptr<JournalEntry> entry_of(const pools::PoolName& pool, std::size_t bytes = 0) {
  auto entry = std::make_shared<JournalEntry>();
  entry->pool = pool;
  entry->request.text.assign(bytes, 'x');
  return entry;
}

TEST_CASE("entries are numbered and distinguished by their pool", "[double][journal]") {
  Journal journal(1'000'000);
  journal.add(entry_of(kFirst));
  journal.add(entry_of(kSecond));
  journal.add(entry_of({"S", "G", "FIRST"}));
  CHECK(journal.entries(std::nullopt).size() == 3);
  const auto first = journal.entries(kFirst);
  REQUIRE(first.size() == 2);
  CHECK(first[1]->id == 3);
  journal.clear(kFirst);
  CHECK(journal.entries(std::nullopt).size() == 1);
}

TEST_CASE("the oldest entries make room, and it is known whose they were", "[double][journal]") {
  Journal journal(10'000);
  for (int i = 0; i < 3; ++i) journal.add(entry_of(kFirst, 2'000));
  CHECK(journal.forgotten(kFirst) == 0);
  for (int i = 0; i < 2; ++i) journal.add(entry_of(kSecond, 2'000));
  CHECK(journal.forgotten(kFirst) == 2);
  CHECK(journal.forgotten(kSecond) == 0);
  CHECK(journal.forgotten(std::nullopt) == 2);
  journal.clear(kFirst);
  CHECK(journal.forgotten(kFirst) == 0);
}

TEST_CASE("an entry that grows after it was added is counted in full", "[double][journal]") {
  Journal journal(10'000);
  const auto entry = entry_of(kFirst);
  journal.add(entry);
  journal.add(entry_of(kFirst));
  entry->response.text.assign(9'000, 'x');
  journal.end(entry);
  CHECK(journal.forgotten(kFirst) == 1);
  CHECK(journal.entries(kFirst).size() == 1);
}

TEST_CASE("subscribers receive entries that end while they are subscribed", "[double][journal]") {
  Journal journal(10'000);
  int told = 0;
  const auto entry = entry_of(kFirst);
  journal.add(entry);
  {
    const Journal::Subscription subscription(journal, [&](const auto&) { ++told; });
    journal.end(entry);
    CHECK(told == 1);
  }
  journal.end(entry);
  CHECK(told == 1);
}

TEST_CASE("text that looks like a token is blanked", "[double][journal]") {
  struct Row {
    std::string text, blanked;
  };
  const auto row = GENERATE(values<Row>({
      {"t = 'eyJhbGciOiJ.eyJzdWIi.c2ln'", "t = '[token]'"},
      {"eyJhbGci.eyJzdWIi", "[token]"},
      {"eyJhbGci.eyJz.x eyJhbGci.eyJz.y", "[token] [token]"},
      {"eyJhbGciOiJub25lIn0", "eyJhbGciOiJub25lIn0"},
      {"a.b.c", "a.b.c"},
      {"", ""},
  }));
  std::string text = row.text;
  blank_tokens(text);
  CHECK(text == row.blanked);
}

TEST_CASE("fields that carry secrets are known by their names", "[double][journal]") {
  const std::string secret =
      GENERATE(as<std::string>(), "Authorization", "cookie", "X-IDENTITY-HEADER", "x-ms-apikey",
               "Proxy-Authorization", "access_token", "client_secret", "client_assertion");
  CHECK(is_secret_field(secret));
  const std::string plain =
      GENERATE(as<std::string>(), "Content-Type", "User-Agent", "identifier", "api-version");
  CHECK_FALSE(is_secret_field(plain));
}

TEST_CASE("the program of an entry is read from its bodies", "[double][journal]") {
  struct Row {
    std::string request, response, code, out;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"code":"1"})", R"({"result":{"stdout":"a"}})", "1", "a"},
      {R"({"properties":{"code":"2"}})", R"({"properties":{"stdout":"b"}})", "2", "b"},
      {R"({"properties":{"pythonCode":"3"}})", R"({"stdout":"c"})", "3", "c"},
      {R"({"codeInputType":"InlineBase64","code":"NA=="})", "", "4", ""},
      {"no json", "no json", "", ""},
  }));
  JournalEntry entry;
  entry.operation = "execute";
  entry.request.text = row.request;
  entry.response.text = row.response;
  const ExecutedProgram program = program_of(entry);
  CHECK(program.is_known);
  CHECK(program.code == row.code);
  CHECK(program.stdout_text == row.out);
}

TEST_CASE("an entry shows all displays of its program, as far as they are any",
          "[double][journal]") {
  using nlohmann::json;
  JournalEntry entry;
  entry.execution_time = std::chrono::milliseconds(1);
  entry.stdout_bytes = 7;
  entry.stdout_cut = true;
  entry.displays =
      R"({"displays":[{"source":"display","data":{"text/html":"<b>"}},{"source":"other","data":{}},)"
      R"({"source":"result"},3,{"source":"result","data":{"text/plain":"1"},"more":1}],"omitted":2})";
  const json shown = to_json(entry);
  CHECK(shown.at("displays") == json::parse(R"([{"source":"display","data":{"text/html":"<b>"}},
                        {"source":"result","data":{"text/plain":"1"}}])"));
  CHECK(shown.at("displaysOmitted") == 2);
  CHECK(shown.at("stdoutBytes") == 7);
  CHECK(shown.at("cut") == json{"stdout"});

  for (const char* hostile : {"[", "{}", "3", R"({"displays":{},"omitted":-1})", "\xFF",
                              R"({"displays":[],"omitted":"many"})"}) {
    entry.displays = hostile;
    INFO(hostile);
    CHECK(to_json(entry).at("displays") == json::array());
    CHECK(to_json(entry).at("displaysOmitted") == 0);
  }
  entry.displays.clear();
  CHECK_FALSE(to_json(entry).contains("displays"));
}

}  // namespace
}  // namespace dynsessions::test_double
