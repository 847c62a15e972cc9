#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "css/token.h"
#include "css/token_list.h"

namespace pagehaul::css {
namespace {

const char* const kNames[] = {"ident", "function", "at", "hash", "string", "bad-string", "url", "bad-url",
                              "delim", "number",   "%",  "dim",  "ws",     "cdo",        "cdc", "colon",
                              "semi",  "comma",    "[",  "]",    "(",      ")",          "{",   "}"};

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

// "ident:a ws delim:+": the tokens with what they hold. The input lies in a block of its exact size.
std::string dump(std::string_view css) {
  const std::unique_ptr<char[]> block(new char[css.size()]);
  css.copy(block.get(), css.size());
  Tokenizer tokenizer(std::string_view(block.get(), css.size()));
  std::string out;
  std::size_t end = 0;
  for (Token token = tokenizer.next(); token.kind != TokenKind::End; token = tokenizer.next()) {
    EXPECT_LE(end, token.begin) << css;
    EXPECT_LT(token.begin, token.end) << css;
    end = token.end;
    if (!out.empty()) out += ' ';
    out += kNames[static_cast<std::size_t>(token.kind)];
    if (token.kind == TokenKind::Delim) out.append(":").push_back(token.delim);
    if (token.kind == TokenKind::Number || token.kind == TokenKind::Percentage || token.kind == TokenKind::Dimension) {
      out.append(":").append(number_text(token.number)).append(token.integer ? "i" : "");
    }
    if (!token.value.empty()) out.append(":").append(token.text());
  }
  EXPECT_LE(end, css.size());
  return out;
}

struct Case {
  const char* css;
  const char* tokens;
};
void expect_all(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(dump(c.css), c.tokens) << c.css;
}

TEST(CssTokenizer, idents_functions_at_keywords_and_hashes) {
  expect_all({{"a", "ident:a"},
              {"-a", "ident:-a"},
              {"--a", "ident:--a"},
              {"--", "ident:--"},
              {"-", "delim:-"},
              {"_a1-", "ident:_a1-"},
              {"\xC3\xA9", "ident:\xC3\xA9"},
              {"-\xC3\xA9", "ident:-\xC3\xA9"},
              {"-1", "number:-1i"},
              {"a(", "function:a"},
              {"a (", "ident:a ws ("},
              {"@a", "at:a"},
              {"@-a", "at:-a"},
              {"@1", "delim:@ number:1i"},
              {"@ a", "delim:@ ws ident:a"},
              {"#a", "hash:a"},
              {"#1", "hash:1"},
              {"#", "delim:#"},
              {"# a", "delim:# ws ident:a"},
              {"a/**/b", "ident:a ident:b"}});
}

TEST(CssTokenizer, escapes) {
  expect_all({{"\\61", "ident:a"},
              {"\\61 b", "ident:ab"},
              {"\\61  b", "ident:a ws ident:b"},
              {"\\61\r\nb", "ident:ab"},
              {"\\000061b", "ident:ab"},
              {"\\0000610", "ident:a0"},
              {"\\@a", "ident:@a"},
              {"a\\", "ident:a\xEF\xBF\xBD"},
              {"\\\n", "delim:\\ ws"},
              {"\\0", "ident:\xEF\xBF\xBD"},
              {"\\d800", "ident:\xEF\xBF\xBD"},
              {"\\110000", "ident:\xEF\xBF\xBD"},
              {"\\10ffff", "ident:\xF4\x8F\xBF\xBF"},
              {"\\20ac", "ident:\xE2\x82\xAC"},
              {"-\\61", "ident:-a"},
              {"#\\61", "hash:a"},
              {"@\\61", "at:a"},
              {"1\\61", "dim:1i:a"},
              {"\\\xC3\xA9", "ident:\xC3\xA9"},
              {"'\\", "string:"},
              {"'\\\n'", "string:"}});
}

TEST(CssTokenizer, strings) {
  expect_all({{"'a'", "string:a"},
              {"\"a'b\"", "string:a'b"},
              {"'a", "string:a"},
              {"''", "string"},
              {"'", "string"},
              {"'a\\'b'", "string:a'b"},
              {"'a\nb", "bad-string:a ws ident:b"},
              {"'a\fb", "bad-string:a ws ident:b"},
              {"'a\\\nb'", "string:ab"},
              {"'a\\\r\nb'", "string:ab"},
              {"'\\61\nb'", "string:ab"},
              {"'\\61 b'", "string:ab"},
              {"'/*a*/'", "string:/*a*/"}});
}

TEST(CssTokenizer, urls) {
  expect_all({{"url(a)", "url:a"},
              {"url( a )", "url:a"},
              {"url(\na\t)", "url:a"},
              {"url()", "url"},
              {"url(", "url"},
              {"url(a", "url:a"},
              {"url(a ", "url:a"},
              {"UrL(a)", "url:a"},
              {"\\75rl(a)", "url:a"},
              {"url('a')", "function:url string:a )"},
              {"url(  'a')", "function:url ws string:a )"},
              {"url(a b)c", "bad-url ident:c"},
              {"url(a'b)c", "bad-url ident:c"},
              {"url(a\"b)c", "bad-url ident:c"},
              {"url(a(b)c", "bad-url ident:c"},
              {"url(a\\\nb)c", "bad-url ident:c"},
              {"url(a b\\)c)d", "bad-url ident:d"},
              {"url(a\x01)c", "bad-url ident:c"},
              {"url(a\x7f)c", "bad-url ident:c"},
              {"url(a b", "bad-url"},
              {"url(a\\)b)", "url:a)b"},
              {"url(a\\ b)", "url:a b"},
              {"url(\\61 )", "url:a"},
              {"url(a;b{}!)", "url:a;b{}!"},
              {"url(/**/)", "url:/**/"},
              {"url-prefix(a)", "function:url-prefix ident:a )"},
              {"src(a)", "function:src ident:a )"}});
}

TEST(CssTokenizer, numbers) {
  expect_all({{"1", "number:1i"},
              {"+1", "number:1i"},
              {"-1.5", "number:-1.5"},
              {".5", "number:0.5"},
              {"+.5", "number:0.5"},
              {"1.", "number:1i delim:."},
              {"1.a", "number:1i delim:. ident:a"},
              {"1e3", "number:1000"},
              {"1E+3", "number:1000"},
              {"1e-3", "number:0.001"},
              {"1e", "dim:1i:e"},
              {"1e-", "dim:1i:e-"},
              {"1e+", "dim:1i:e delim:+"},
              {"1e3e3", "dim:1000:e3"},
              {"1%", "%:1i"},
              {"1.5%", "%:1.5"},
              {"1px", "dim:1i:px"},
              {"1--a", "dim:1i:--a"},
              {"1-", "number:1i delim:-"},
              {"1-->", "dim:1i:-- delim:>"},
              {"+", "delim:+"},
              {"+-1", "delim:+ number:-1i"},
              {"..1", "delim:. number:0.1"},
              {"1..1", "number:1i delim:. number:0.1"},
              {"1e999", "number:1.79769e+308"},
              {"-1e999", "number:-1.79769e+308"},
              {"1e-999", "number:0"}});
}

TEST(CssTokenizer, comments_and_the_rest) {
  expect_all({{"", ""},
              {"/* a */", ""},
              {"/**/ /**/", "ws"},
              {"/*", ""},
              {"/*/", ""},
              {"/*/*/a", "ident:a"},
              {"/", "delim:/"},
              {"/ *", "delim:/ ws delim:*"},
              {"<!--", "cdo"},
              {"<!-", "delim:< delim:! delim:-"},
              {"-->", "cdc"},
              {"->", "delim:- delim:>"},
              {"<!---->", "cdo cdc"},
              {" \t\r\n\f", "ws"},
              {"()[]{}:;,", "( ) [ ] { } colon semi comma"},
              {"&", "delim:&"}});
}

TEST(CssTokenizer, nul_is_the_replacement_character) {
  EXPECT_EQ(dump(std::string_view("\0", 1)), "ident:\xEF\xBF\xBD");
  EXPECT_EQ(dump(std::string_view("a\0b", 3)),
            "ident:a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(dump(std::string_view("'\0'", 3)), "string:\xEF\xBF\xBD");
  EXPECT_EQ(dump(std::string_view("url(\0)", 6)), "url:\xEF\xBF\xBD");
  EXPECT_EQ(dump(std::string_view("\\\0", 2)), "ident:\xEF\xBF\xBD");
}

TEST(CssTokenizer, a_slice_reads_as_it_did_in_its_place) {
  const std::string_view css = "'a\nb";
  Tokenizer tokenizer(css, {0, 2});
  EXPECT_EQ(tokenizer.next().kind, TokenKind::BadString);
  EXPECT_EQ(tokenizer.next().kind, TokenKind::End);
  EXPECT_EQ(tokenizer.next().kind, TokenKind::End);
}

TEST(CssTokenizer, any_bytes_are_read_to_their_end) {
  constexpr char kAlphabet[] = "a\\\"'(){}[]/*-+.#@:;,!<>0e%u \n\r\f\0\x01\x7f\x80\xC3\xFF";
  std::uint32_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    std::string css;
    for (std::uint32_t n = (state >> 8) % 24; n > 0; --n) {
      state = state * 1664525 + 1013904223;
      css += kAlphabet[(state >> 8) % (sizeof kAlphabet - 1)];
    }
    state = state * 1664525 + 1013904223;
    dump(css);
    dump("url(" + css);
  }
}

TEST(CssTokenList, opening_tokens_know_their_closing_ones) {
  const TokenList list = read_tokens("a(b[c{d}])");
  ASSERT_EQ(list.tokens.size(), 9u);
  EXPECT_EQ(list.tokens[0].close, 8u);
  EXPECT_EQ(list.tokens[2].close, 7u);
  EXPECT_EQ(list.tokens[4].close, 6u);
  EXPECT_TRUE(list.valid);
  EXPECT_EQ(read_tokens("a(b").tokens[0].close, 2u);
}

TEST(CssTokenList, what_no_value_may_hold) {
  for (const char* css : {")", "]", "}", "(])", "a)b", "'\n", "url(a b)"}) EXPECT_FALSE(read_tokens(css).valid) << css;
  for (const char* css : {"", "(", "([{", "'", "url(", "a;b!c"}) EXPECT_TRUE(read_tokens(css).valid) << css;
}

TEST(CssTokenList, counts_to_its_limit) {
  std::string css(kMaxTokens, ',');
  EXPECT_TRUE(read_tokens(css).valid);
  css += ',';
  EXPECT_FALSE(read_tokens(css).valid);
  EXPECT_TRUE(read_tokens(css).too_long);
  EXPECT_EQ(read_tokens(css).tokens.size(), kMaxTokens);
}

}  // namespace
}  // namespace pagehaul::css
