#include "emulator/control_plane_templates/expression.h"

#include <charconv>
#include <utility>

#include "emulator/base/utf8.h"
#include "emulator/control_plane_templates/limits.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

struct Token {
  enum class Kind { end, text, number, name, mark } kind = Kind::end;
  std::string text = {};  ///< text of a mark: "(", ")", "[", "]", "," or "."
  std::int64_t number = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return begins_name(c) || is_digit(c); }

/// Beginning of the text, for messages.
std::string excerpt(std::string_view text) { return shortened(text, 200); }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
    if (at_ == text_.size()) return {};
    const char c = text_[at_];
    if (c == '\'') return quoted();
    if (is_digit(c) || c == '-') return number();
    if (begins_name(c)) return name();
    if (std::string_view("()[],.").find(c) != std::string_view::npos) {
      ++at_;
      return {Token::Kind::mark, std::string(1, c)};
    }
    refuse("unexpected character '" + std::string(first_characters(text_.substr(at_), 1)) + "'");
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw TemplateProblem("Unable to parse language expression '" + excerpt(text_) + "': " + why);
  }

 private:
  /// Two quotes in a row stand for one.
  Token quoted() {
    Token token{Token::Kind::text};
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '\'') {
        token.text += text_[at_];
      } else if (text_.substr(at_, 2) == "''") {
        token.text += text_[at_++];
      } else {
        ++at_;
        return token;
      }
    }
    refuse("a text has no closing quote");
  }

  Token number() {
    Token token{Token::Kind::number};
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), token.number);
    if (error != std::errc()) refuse("a number is no whole number of 64 bits");
    at_ += std::size_t(end - begin);
    return token;
  }

  Token name() {
    Token token{Token::Kind::name};
    while (at_ < text_.size() && continues_name(text_[at_])) token.text += text_[at_++];
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

  Expression parse() {
    Expression whole = expression();
    if (token_.kind != Token::Kind::end) lexer_.refuse(expected("EndOfData"));
    return whole;
  }

 private:
  Expression expression() {
    if (++depth_ > limits::kExpressionDepth) lexer_.refuse("it is nested too deeply");
    Expression whole = accesses(primary());
    --depth_;
    return whole;
  }

  Expression primary() {
    if (token_.kind == Token::Kind::text) return {Expression::Kind::text, take().text};
    if (token_.kind == Token::Kind::number) return {Expression::Kind::number, {}, take().number};
    if (token_.kind != Token::Kind::name) lexer_.refuse(expected("Literal or Identifier"));
    Expression call{Expression::Kind::call, take().text};
    // The name of a user-defined function starts with its namespace.
    while (accept(".")) call.text += '.' + name();
    call.parts = arguments();
    return call;
  }

  std::vector<Expression> arguments() {
    require("(", "LeftParenthesis");
    std::vector<Expression> arguments;
    if (accept(")")) return arguments;
    do {
      arguments.push_back(expression());
    } while (accept(","));
    require(")", "RightParenthesis");
    return arguments;
  }

  /// `.name` and `[key]`, any number of times.
  Expression accesses(Expression object) {
    for (std::size_t count = 0;; ++count) {
      if (count > limits::kExpressionDepth) lexer_.refuse("it is nested too deeply");
      Expression key;
      if (accept(".")) {
        key.text = name();
      } else if (accept("[")) {
        key = expression();
        require("]", "RightSquareBracket");
      } else {
        return object;
      }
      Expression access{Expression::Kind::access};
      access.parts.push_back(std::move(object));
      access.parts.push_back(std::move(key));
      object = std::move(access);
    }
  }

  std::string name() {
    if (token_.kind != Token::Kind::name) lexer_.refuse(expected("Identifier"));
    return take().text;
  }

  bool accept(std::string_view mark) {
    const bool is_here = token_.kind == Token::Kind::mark && token_.text == mark;
    if (is_here) take();
    return is_here;
  }

  void require(std::string_view mark, const std::string& name) {
    if (!accept(mark)) lexer_.refuse(expected(name));
  }

  Token take() { return std::exchange(token_, lexer_.next()); }

  [[nodiscard]] std::string expected(const std::string& what) const {
    const bool is_end = token_.kind == Token::Kind::end;
    std::string actual = is_end ? "EndOfData" : excerpt(token_.text);
    if (token_.kind == Token::Kind::number) actual = std::to_string(token_.number);
    return "expected token '" + what + "' and actual '" + actual + "'";
  }

  Lexer lexer_;
  Token token_;
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::string_view> expression_in(std::string_view text) {
  const bool is_expression =
      text.size() >= 2 && text.front() == '[' && text.back() == ']' && text[1] != '[';
  if (!is_expression) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

std::string_view literal_of(std::string_view text) {
  const bool is_escaped = text.substr(0, 2) == "[[" && text.back() == ']';
  return is_escaped ? text.substr(1) : text;
}

Expression parse_expression(std::string_view text) {
  if (text.size() > limits::kExpressionBytes) {
    throw TemplateProblem("The template language expression '" + excerpt(text) +
                          "' is longer than the " + std::to_string(limits::kExpressionBytes) +
                          " characters that are allowed");
  }
  return Parser(text).parse();
}

}  // namespace dynsessions::control_plane_templates
