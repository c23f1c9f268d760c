#include "emulator/http/multipart.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

struct Part {
  std::string name;
  std::string filename;
  std::string data;
  bool ended = false;
  bool operator==(const Part&) const = default;
};

/// Parses bodies and keeps the outcome, and the size of the largest piece of data.
class Recorder {
 public:
  explicit Recorder(std::optional<std::string> boundary)
      : parser_(std::move(boundary),
                {.part_begin = [this](const PartHeader& header) -> Result<void> {
                   parts.push_back({header.name, header.filename.value_or("(none)"), "", false});
                   return {};
                 },
                 .part_data = [this](std::span<const char> data) -> Result<void> {
                   parts.back().data.append(data.data(), data.size());
                   return {};
                 },
                 .part_end = [this]() -> Result<void> {
                   parts.back().ended = true;
                   return {};
                 }}) {}

  /// Feeds `body` in pieces that end at each of `splits` and at the end.
  Result<void> parse(std::string_view body, std::vector<std::size_t> splits = {}) {
    splits.push_back(body.size());
    std::size_t begin = 0;
    for (const std::size_t end : splits) {
      if (Result<void> fed = parser_.feed(std::span(body).subspan(begin, end - begin)); !fed)
        return fed;
      begin = end;
    }
    return parser_.finish();
  }

  std::vector<Part> parts;

 private:
  MultipartParser parser_;
};

std::vector<std::size_t> every_position(std::string_view body) {
  std::vector<std::size_t> positions(body.size());
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
  return positions;
}

const std::string kHead =
    "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";

struct MultipartRow {
  std::string what;
  std::optional<std::string> boundary;
  std::string body;
  std::vector<Part> parts;
};

std::vector<MultipartRow> accepted_rows() {
  const std::vector<Part> one{{"file", "a.txt", "6*7", true}};
  return {
      {"one part", "B", "--B\r\n" + kHead + "6*7\r\n--B--\r\n", one},
      {"no line end after the closing boundary", "B", "--B\r\n" + kHead + "6*7\r\n--B--", one},
      {"a line end before the first boundary", "B", "\r\n--B\r\n" + kHead + "6*7\r\n--B--\r\n",
       one},
      {"a preamble and an epilogue", "B",
       "not --B\r\nfor you\r\n--B\r\n" + kHead + "6*7\r\n--B--\r\n--B\r\nnor this", one},
      {"padding after the boundary", "B", "--B \t \r\n" + kHead + "6*7\r\n--B-- \r\n", one},
      {"a boundary of dashes, as langchain4j has", "----1718",
       "------1718\r\n" + kHead + "6*7\r\n------1718--\r\n", one},
      {"a boundary told by the first line", std::nullopt, "--B\r\n" + kHead + "6*7\r\n--B--\r\n",
       one},
      {"a boundary of dashes told by the first line", std::nullopt,
       "----x\r\n" + kHead + "6*7\r\n----x--\r\n", one},
      {"an empty part", "B", "--B\r\n" + kHead + "\r\n--B--\r\n", {{"file", "a.txt", "", true}}},
      {"no part", "B", "--B--\r\n", {}},
      {"two parts",
       "B",
       "--B\r\nContent-Disposition: form-data; name=n\r\n\r\nv\r\n--B\r\n" + kHead +
           "6*7\r\n--B--\r\n",
       {{"n", "(none)", "v", true}, {"file", "a.txt", "6*7", true}}},
      {"data that looks like a boundary",
       "B",
       "--B\r\n" + kHead + "\r\n--\r\n\r--B\r\n--BB\r\n--B -\r\n--B-\r\n--\r\n--B\r\r\n--B--\r\n",
       {{"file", "a.txt", "\r\n--\r\n\r--B\r\n--BB\r\n--B -\r\n--B-\r\n--\r\n--B\r", true}}},
      {"every byte",
       "B",
       "--B\r\n" + kHead + std::string("\0\xFF\r\r\n\n--", 8) + "\r\n--B--\r\n",
       {{"file", "a.txt", std::string("\0\xFF\r\r\n\n--", 8), true}}},
  };
}

TEST_CASE("a multipart body is read the same however it is split", "[http][multipart]") {
  for (const MultipartRow& row : accepted_rows()) {
    DYNAMIC_SECTION(row.what) {
      SECTION("fed whole") {
        Recorder recorder(row.boundary);
        REQUIRE(recorder.parse(row.body));
        CHECK(recorder.parts == row.parts);
      }
      SECTION("fed byte by byte") {
        Recorder recorder(row.boundary);
        REQUIRE(recorder.parse(row.body, every_position(row.body)));
        CHECK(recorder.parts == row.parts);
      }
      SECTION("fed in two pieces, for every split") {
        for (std::size_t split = 0; split <= row.body.size(); ++split) {
          CAPTURE(split);
          Recorder recorder(row.boundary);
          REQUIRE(recorder.parse(row.body, {split}));
          CHECK(recorder.parts == row.parts);
        }
      }
    }
  }
}

TEST_CASE("a multipart body that ends early is refused, wherever it ends", "[http][multipart]") {
  const std::string body = "--B\r\n" + kHead + "6*7\r\n--B--";
  for (std::size_t length = 0; length < body.size(); ++length) {
    CAPTURE(length);
    Recorder recorder("B");
    CHECK(!recorder.parse(body.substr(0, length)));
  }
}

TEST_CASE("a body that is not multipart is refused", "[http][multipart]") {
  const auto body = GENERATE(values<std::string>({
      "{\"code\": 1}\r\n",
      "--\r\n",
      "-B\r\n",
      "--" + std::string(300, 'x'),
      "--" + std::string(300, 'x') + "\r\n",
      "--B\r\n\r\ndata\r\n--B--\r\n",
      "--B\r\nContent-Type: text/plain\r\n\r\ndata\r\n--B--\r\n",
  }));
  DYNAMIC_SECTION(body) { CHECK(!Recorder(std::nullopt).parse(body)); }
}

TEST_CASE("the header of a part has at most 16 KiB", "[http][multipart]") {
  const std::string filler = "X-Filler: " + std::string(16'384, 'x');
  CHECK(!Recorder("B").parse("--B\r\n" + filler + "\r\n" + kHead + "\r\n--B--"));
  CHECK(!Recorder("B").parse("--B\r\n" + filler));
}

TEST_CASE("lines at their limit are judged alike however they come", "[http][multipart]") {
  // Found by fuzz_multipart: a part of a long line with trailing blanks was taken for the whole
  // line.
  const std::string blanks = "--x" + std::string(400, '\t') + "\r\n";
  const std::string longest_boundary = "--" + std::string(254, 'b');
  const std::string field = "\r\nContent-Disposition: form-data; name=file; x=";
  const std::string longest_header = field + std::string(16'384 - field.size(), 'x');
  const auto body = GENERATE_COPY(values<std::string>(
      {blanks, longest_boundary + field + "\r\n\r\n1\r\n" + longest_boundary + "--",
       longest_boundary + "b" + field + "\r\n\r\n1\r\n" + longest_boundary + "b--",
       "--b" + longest_header + "\r\n\r\n1\r\n--b--",
       "--b" + longest_header + "x\r\n\r\n1\r\n--b--"}));
  Recorder whole(std::nullopt);
  Recorder pieces(std::nullopt);
  const bool accepted = whole.parse(body).has_value();
  CHECK(pieces.parse(body, every_position(body)).has_value() == accepted);
  CHECK(pieces.parts == whole.parts);
}

TEST_CASE("a body of half delimiters takes no longer than another", "[http][multipart]") {
  std::string data;  // if each half moved the rest, the test would take minutes
  while (data.size() < (std::size_t{4} << 20)) data += "\r\n--b";
  Recorder recorder("bb");
  const std::string head = "--bb\r\nContent-Disposition: form-data; name=file\r\n\r\n";
  REQUIRE(recorder.parse(head + data + "\r\n--bb--").has_value());
  CHECK(recorder.parts.front().data == data);
}

TEST_CASE("a body has at most 100 parts", "[http][multipart]") {
  std::string body;
  for (int i = 0; i < 100; ++i) body += "--B\r\n" + kHead + "\r\n";
  CHECK(Recorder("B").parse(body + "--B--"));
  CHECK(!Recorder("B").parse(body + "--B\r\n" + kHead + "\r\n--B--"));
}

TEST_CASE("data flows through without waiting for its part to end", "[http][multipart]") {
  Recorder recorder("boundary");
  REQUIRE(!recorder.parse("--boundary\r\n" + kHead + std::string(100000, 'x')));
  REQUIRE(recorder.parts.size() == 1);
  CHECK(recorder.parts[0].data.size() > 100000 - std::string("\r\n--boundary").size());
}

TEST_CASE("a refusal by the reader of a part ends the parse", "[http][multipart]") {
  const Error full{ErrorCode::storage_full, "full", {}, {}};
  const auto accept = [](const auto&...) -> Result<void> { return {}; };
  const auto refuse = [&](const auto&...) -> Result<void> { return full; };
  const auto events = GENERATE_COPY(values<MultipartParser::Events>({
      {refuse, accept, accept},
      {accept, refuse, accept},
      {accept, accept, refuse},
  }));
  MultipartParser parser("B", events);
  const Result<void> outcome = parser.feed("--B\r\n" + kHead + "data\r\n--B--\r\n");
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::storage_full);
}

TEST_CASE("the boundary is taken from the content type", "[http][multipart]") {
  struct Type {
    std::string text;
    std::optional<std::string> boundary;
  };
  const auto type = GENERATE(values<Type>({
      {"multipart/form-data; boundary=abc", "abc"},
      {"Multipart/Form-Data;BOUNDARY=abc", "abc"},
      {"multipart/form-data; boundary=\"0f1e-2d\"", "0f1e-2d"},
      {"multipart/form-data; charset=utf-8; boundary=----1718", "----1718"},
      {"multipart/form-data; boundary=\"a;b\"", "a;b"},
      {"multipart/form-data", std::nullopt},
      {"multipart/form-data; boundary=", std::nullopt},
      {"multipart/form-data; boundary=\"abc", std::nullopt},
      {"multipart/mixed; boundary=abc", std::nullopt},
      {"application/json", std::nullopt},
      {"", std::nullopt},
  }));
  DYNAMIC_SECTION(type.text) { CHECK(MultipartParser::boundary_of(type.text) == type.boundary); }
}

}  // namespace
}  // namespace dynsessions::http
