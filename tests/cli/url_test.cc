#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "process.h"
#include "url_argument.h"

namespace pagehaul::test {
namespace {

TEST(UrlCommand, PrintsTheHref) {
  EXPECT_EQ(run({"url", "HTTP://EXAMPLE.org:80/a/../b"}).out, "http://example.org/b\n");
  EXPECT_EQ(run({"url", "../c?d#e", "https://example.org/a/b/"}).out, "https://example.org/a/c?d#e\n");
  EXPECT_EQ(run({"url", "", "https://example.org/a"}).out, "https://example.org/a\n");
  EXPECT_EQ(run({"url", "load", "https://example.org/"}).out, "https://example.org/load\n");
  EXPECT_EQ(run({"url", "--", "-x", "https://example.org/"}).out, "https://example.org/-x\n");
}

TEST(UrlCommand, FailsWithTwoAndOneLine) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"url", "relative"},
                                                                     {"url", "http://a b/"},
                                                                     {"url", "x", "also-relative"},
                                                                     {"url"},
                                                                     {"url", ""},
                                                                     {"url", "--batch", "x"}}) {
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
  }
}

TEST(UrlCommand, ABatchIsAnsweredInOrder) {
  const ProcessResult result = run({"url", "--batch"}, {.input = R"({"input": "b", "base": "http://a/"}
{"input": "b", "base": null}
{"input": "http://x/"}

{"input": "http://h/\ud800z\ud83d\ude00\\ud800", "base": null}
{"input": "x", "base": "nonsense"})"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(lines(result.out),
            (std::vector<std::string>{R"({"href":"http://a/b"})", R"({"failure":true})", R"({"href":"http://x/"})",
                                      R"({"href":"http://h/%EF%BF%BDz%F0%9F%98%80/ud800"})", R"({"failure":true})"}));
}

TEST(UrlCommand, ABatchLineThatIsNoQuestionIsNamed) {
  for (const std::string line : {"{", "[]", "{}", R"({"input": 1})", R"({"input": "x", "base": 7})", "\"x\""}) {
    const ProcessResult result = run({"url", "--batch"}, {.input = "{\"input\":\"http://a/\"}\n" + line + "\n"});
    EXPECT_EQ(result.exit_code, 2) << line;
    EXPECT_NE(result.err.find("line 2"), std::string::npos) << result.err;
  }
}

TEST(UrlArgument, WithoutASchemeItIsHttp) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"example.org", "http://example.org/"},
      {"example.org/a?b#c", "http://example.org/a?b"},
      {"localhost:8080/x", "http://localhost:8080/x"},
      {"//example.org/", "http://example.org/"},
      {"https://example.org", "https://example.org/"},
      {"HTTP:example.org", "http://example.org/"},
      {"ftp://example.org/a", "ftp://example.org/a"},
      {"127.0.0.1", "http://127.0.0.1/"},
      {"[::1]:81", "http://[::1]:81/"},
      {"example.org/?u=http://x/", "http://example.org/?u=http://x/"},
      {" https://example.org/ ", "https://example.org/"},
  };
  for (const auto& [text, href] : cases) {
    const auto url = cli::parse_url_argument(text);
    ASSERT_TRUE(url.ok()) << text << ": " << url.status().message();
    EXPECT_EQ(url->href(), href);
  }
}

TEST(UrlArgument, WhatIsNeverRequestedIsRefused) {
  for (const char* text : {"", " ", "http://", "file:///etc/passwd", "data:text/plain,x", "javascript:alert(1)",
                           "gopher://x/", "mailto:a@b", "http://a:99999/", "http://a b/"}) {
    const auto url = cli::parse_url_argument(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.status().kind(), ErrorKind::InvalidUrl);
  }
}

}  // namespace
}  // namespace pagehaul::test
