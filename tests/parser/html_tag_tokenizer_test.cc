#include "html/tag_tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pagehaul::html {
namespace {

void append(std::string& text, std::initializer_list<std::string_view> pieces) {
  for (const std::string_view piece : pieces) text += piece;
}

std::string show(const TagTokenizer& tokenizer) {
  const TagToken& token = tokenizer.token();
  std::string text;
  if (token.type == TagToken::Type::Text) {
    append(text, {"'", tokenizer.bytes(token.begin, token.end), "'"});
    return text;
  }
  if (token.type == TagToken::Type::EndTag) {
    append(text, {"/", token.name});
    return text;
  }
  if (token.name_space == ElementNamespace::Svg) text = "svg:";
  if (token.name_space == ElementNamespace::MathMl) text = "math:";
  text += token.name;
  for (const TagAttribute& attribute : token.attributes) {
    append(text, {" ", tokenizer.bytes(attribute.name_begin, attribute.name_end), "=[",
                  tokenizer.bytes(attribute.value_begin, attribute.value_end), "]"});
  }
  if (token.self_closing) text += " /";
  return text;
}

// The tokens of `input`, fed in pieces of `step` bytes.
std::vector<std::string> tokens(std::string_view input, std::size_t step, bool scripting = true) {
  std::vector<std::string> found;
  TagTokenizer tokenizer(scripting);
  while (!input.empty()) {
    tokenizer.feed(input.substr(0, step));
    input.remove_prefix(std::min(step, input.size()));
    while (tokenizer.next()) found.push_back(show(tokenizer));
  }
  tokenizer.finish();
  while (tokenizer.next()) found.push_back(show(tokenizer));
  return found;
}

using List = std::vector<std::string>;

TEST(TagTokenizer, finds_tags_as_the_standards_tokenizer_does_however_the_bytes_are_cut) {
  const struct {
    std::string_view input;
    List expected;
  } cases[] = {
      {"", {}},
      {"a < b <3 </ > </3>", {}},
      {"<p>x</p>", {"p", "/p"}},
      {"<IMG SRC=a.png>", {"img SRC=[a.png]"}},
      {"<img src = 'a b' alt=\"c>d\">", {"img src=[a b] alt=[c>d]"}},
      {"<img src=a/>", {"img src=[a/]"}},
      {"<br/><br / ><br a/>", {"br /", "br", "br a=[] /"}},
      {"<a b c=d e>", {"a b=[] c=[d] e=[]"}},
      {"<a =b c==d>", {"a =b=[] c=[=d]"}},
      {"<a b=>", {"a b=[]"}},
      {"<a b='1'c=2>", {"a b=[1] c=[2]"}},
      {"<a/b/c=d>", {"a b=[] c=[d]"}},
      {"<a \"b'=c>", {"a \"b'=[c]"}},
      {"<a b=c\"d>", {"a b=[c\"d]"}},
      {"<a b=\"unclosed>", {}},
      {"<a", {}},
      // Comments and what is treated as one.
      {"<!--<a>--><b>", {"b"}},
      {"<!--><a>", {"a"}},
      {"<!---><a>", {"a"}},
      {"<!----><a>", {"a"}},
      {"<!--!><a>--><b>", {"b"}},
      {"<!-- --!><a>", {"a"}},
      {"<!-- -- > <a> ---><b>", {"b"}},
      {"<!-- <!-- --><a>", {"a"}},
      {"<!-<a>", {}},
      {"<!doctype html><a>", {"a"}},
      {"<?php <a> ?><b>", {"b"}},
      {"</?<a>", {}},
      {"<![CDATA[<a>]]><b>", {"b"}},
      {"<!-- unclosed <a>", {}},
      // Elements whose content is text.
      {"<title><a></title><b>", {"title", "'<a>'", "/title", "b"}},
      {"<style>a{}</style ><b>", {"style", "'a{}'", "/style", "b"}},
      {"<style></styl></styles></STYLE>", {"style", "'</styl></styles>'", "/style"}},
      {"<style>unclosed <b>", {"style", "'unclosed <b>'"}},
      {"<style></style", {"style", "'</style'"}},
      {"<textarea><a></textarea><b>", {"textarea", "/textarea", "b"}},
      {"<iframe><a></iframe><xmp><a></xmp><noframes><a></noframes><noembed><a></noembed>",
       {"iframe", "/iframe", "xmp", "/xmp", "noframes", "/noframes", "noembed", "/noembed"}},
      {"<noscript><a></noscript><b>", {"noscript", "/noscript", "b"}},
      {"<plaintext><a></plaintext><b>", {"plaintext"}},
      // Scripts, and the comments that hide their ends.
      {"<script>if (a<b) '<c>'</script><d>", {"script", "/script", "d"}},
      {"<script><!-- <script></script> --></script><a>", {"script", "/script", "a"}},
      {"<script><!-- </script><a>", {"script", "/script", "a"}},
      {"<script><!-- <script> --></script><a>", {"script", "/script", "a"}},
      {"<script><!--><script></script><a>", {"script", "/script", "a"}},
      {"<script><!-- <script></script></script><a>", {"script", "/script", "a"}},
      {"<script><!-- <scripty></script><a>", {"script", "/script", "a"}},
      {"<script></scripts></script/><a>", {"script", "/script", "a"}},
      {"<script>unclosed <a>", {"script"}},
      // Foreign content.
      {"<svg><style/><image/></svg><style>x</style>",
       {"svg:svg", "svg:style /", "svg:image /", "/svg", "style", "'x'", "/style"}},
      {"<svg><![CDATA[<a>]]><b-c/></svg><![CDATA[<d>]]>", {"svg:svg", "svg:b-c /", "/svg"}},
      {"<svg/><image>", {"svg:svg /", "img"}},
      {"<svg><img><image>", {"svg:svg", "img", "img"}},
      {"<svg><foreignObject><image></foreignObject><image>",
       {"svg:svg", "svg:foreignobject", "img", "/foreignobject", "svg:image"}},
      {"<math><mi/></math><mi>", {"math:math", "math:mi /", "/math", "mi"}},
      {"<svg><title><a></title><image>", {"svg:svg", "svg:title", "a", "/title", "svg:image"}},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(tokens(test.input, 1000), test.expected) << test.input;
    for (std::size_t step = 1; step < 12; ++step) {
      EXPECT_EQ(tokens(test.input, step), test.expected) << test.input << " in steps of " << step;
    }
  }
}

TEST(TagTokenizer, reads_noscript_as_markup_without_scripting) {
  EXPECT_EQ(tokens("<noscript><a></noscript><b>", 1, false), (List{"noscript", "a", "/noscript", "b"}));
}

TEST(TagTokenizer, reports_a_tag_with_the_byte_that_ends_it) {
  TagTokenizer tokenizer(true);
  tokenizer.feed("<img src=a");
  EXPECT_FALSE(tokenizer.next());
  tokenizer.feed(">");
  ASSERT_TRUE(tokenizer.next());
  EXPECT_EQ(show(tokenizer), "img src=[a]");
}

TEST(TagTokenizer, keeps_at_most_so_many_attributes_of_a_tag) {
  std::string input = "<a";
  for (std::size_t i = 0; i < TagTokenizer::kMaxAttributes + 10; ++i) input += " x";
  TagTokenizer tokenizer(true);
  tokenizer.feed(input + ">");
  ASSERT_TRUE(tokenizer.next());
  EXPECT_EQ(tokenizer.token().attributes.size(), TagTokenizer::kMaxAttributes);
}

}  // namespace
}  // namespace pagehaul::html
