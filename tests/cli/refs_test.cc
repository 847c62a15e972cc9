#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "process.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDocument =
    "<!doctype html><title>t</title><link rel=stylesheet href=s.css media=print>"
    "<img src=/a.png><img src=/a.png><img loading=lazy src=b.png><script src=//cdn.example/x.js></script>";

std::vector<Json> references(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), {"refs", "--base", "http://www.example/d/"});
  const ProcessResult result = run(std::move(arguments), {.input = input});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  std::vector<Json> list;
  for (const std::string& line : lines(result.out)) list.push_back(Json::parse(line));
  return list;
}

std::vector<std::string> urls(const std::vector<Json>& list) {
  std::vector<std::string> urls;
  for (const Json& reference : list) urls.push_back(reference["url"]);
  return urls;
}

TEST(RefsCommand, EachReferenceIsALineOnceWithTheContractsFields) {
  const auto list = references({}, kDocument);
  EXPECT_EQ(urls(list), (std::vector<std::string>{"http://www.example/d/s.css", "http://www.example/a.png",
                                                  "http://www.example/d/b.png", "http://cdn.example/x.js"}));
  const Json& image = list.at(1);
  EXPECT_EQ(image["schema"], "pagehaul.reference/1");
  EXPECT_EQ(image["kind"], "image");
  EXPECT_EQ(image["element"], "img");
  EXPECT_EQ(image["attribute"], "src");
  EXPECT_EQ(std::string(kDocument).substr(image["offset"].get<std::size_t>(), 6), "/a.png");
  EXPECT_EQ(image["lazy"], false);
  EXPECT_EQ(list.at(2)["lazy"], true);
  EXPECT_EQ(list.at(0)["media"], "print");
}

TEST(RefsCommand, KindsAreIncludedAndExcluded) {
  EXPECT_EQ(references({"--include", "image"}, kDocument).size(), 2U);
  EXPECT_EQ(references({"--include", "image,style"}, kDocument).size(), 3U);
  EXPECT_EQ(references({"--include", "image", "--include", "script"}, kDocument).size(), 3U);
  EXPECT_EQ(references({"--exclude", "image"}, kDocument).size(), 2U);
  EXPECT_EQ(references({"--include", "image", "--exclude", "image"}, kDocument).size(), 0U);
}

TEST(RefsCommand, TheScreenChoosesFromASrcset) {
  const std::string picture = "<img srcset='small.png 1x, large.png 2x'>";
  EXPECT_EQ(urls(references({}, picture)), std::vector<std::string>{"http://www.example/d/small.png"});
  EXPECT_EQ(urls(references({"--dpr", "2"}, picture)), std::vector<std::string>{"http://www.example/d/large.png"});
  EXPECT_EQ(references({"--scope", "all"}, picture).size(), 2U);
  const std::string wide =
      "<picture><source media='(min-width: 1000px)' srcset=wide.png><img src=narrow.png></picture>";
  EXPECT_EQ(urls(references({"--viewport", "400x800"}, wide)),
            std::vector<std::string>{"http://www.example/d/narrow.png"});
  EXPECT_EQ(urls(references({"--viewport", "1000x800"}, wide)),
            std::vector<std::string>{"http://www.example/d/wide.png"});
}

TEST(RefsCommand, WithScriptingOffNoscriptCountsAndScriptsDoNot) {
  const std::string document = "<script src=a.js></script><noscript><img src=n.png></noscript>";
  EXPECT_EQ(urls(references({}, document)), std::vector<std::string>{"http://www.example/d/a.js"});
  EXPECT_EQ(urls(references({"--scripting", "off"}, document)), std::vector<std::string>{"http://www.example/d/n.png"});
}

TEST(RefsCommand, AStyleSheetIsReadAsOne) {
  const auto list =
      references({"--content-type", "text/css; charset=utf-8"}, "@import 'i.css'; p { background: url(b.png) }");
  EXPECT_EQ(urls(list), (std::vector<std::string>{"http://www.example/d/i.css", "http://www.example/d/b.png"}));
  EXPECT_EQ(list.at(0)["kind"], "style");
}

TEST(RefsCommand, AFileIsReadByName) {
  const ScratchFolder folder;
  const std::string file = folder.write("page.html", kDocument);
  EXPECT_EQ(lines(run({"refs", file, "--base", "http://www.example/"}).out).size(), 4U);
  EXPECT_EQ(lines(run({"refs", "-", "--base", "http://www.example/"}, {.input = kDocument}).out).size(), 4U);
}

TEST(RefsCommand, WithoutABaseWhatIsRelativeIsLeftOutAndSaid) {
  const ProcessResult result = run({"refs"}, {.input = "<img src=a.png><img src=http://www.example/b.png>"});
  EXPECT_EQ(result.exit_code, 0);
  ASSERT_EQ(lines(result.out).size(), 1U);
  EXPECT_EQ(result.err, "pagehaul: 1 reference was left out: relative, and no --base URL to resolve against\n");
}

TEST(RefsCommand, HostileBytesStayValidJson) {
  const auto list = references({}, "<img src='a\x1B[2J.png'><style media='\xFF\x01'>@import 'x.css';</style>");
  EXPECT_EQ(list.size(), 2U);  // each line was parsed
}

TEST(RefsCommand, MistakesAreTwoOrThree) {
  for (const auto& [arguments, code, named] : std::vector<std::tuple<std::vector<std::string>, int, std::string>>{
           {{"refs", "/nonexistent/page.html"}, 3, "/nonexistent/page.html"},
           {{"refs", "/"}, 3, "/"},
           {{"refs", "--base", "relative"}, 2, "--base"},
           {{"refs", "--content-type", "image/png"}, 2, "image/png"},
           {{"refs", "--scope", "some"}, 2, "--scope"},
           {{"refs", "--scripting", "maybe"}, 2, "--scripting"},
           {{"refs", "--include", "image,pictures"}, 2, "'pictures'"},
           {{"refs", "--include", ""}, 2, "--include"},
           {{"refs", "--viewport", "wide"}, 2, "--viewport"},
           {{"refs", "--dpr", "0"}, 2, "--dpr"},
           {{"refs", "a", "b"}, 2, "'b'"}}) {
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, code) << named;
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    EXPECT_NE(result.err.find(named), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

TEST(RefsCommand, ExplainSaysWhyAndWhere) {
  const std::string page = "<p>\r\n<img srcset='a.png 1x,\n b.png 2x'>\r<link rel=author href=me>";
  const auto list = references({"--explain", "--json"}, page);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0]["requested"], true);
  EXPECT_EQ(list[0]["line"], 2);
  EXPECT_EQ(list[0]["column"], 14);
  EXPECT_EQ(list[0]["why"], "the candidate that fits the screen");
  EXPECT_EQ(list[1]["requested"], false);
  EXPECT_EQ(list[1]["line"], 3);
  EXPECT_EQ(list[1]["column"], 2);
  EXPECT_EQ(list[2]["line"], 4);
  EXPECT_EQ(list[2]["why"], "rel does not fetch");
  const ProcessResult words = run({"refs", "--base", "http://h/", "--explain"}, {.input = page});
  EXPECT_EQ(words.out,
            "2:14  + http://h/a.png\n      img srcset: the candidate that fits the screen\n"
            "3:2  - http://h/b.png\n"
            "      img srcset: not requested, candidate not selected: another fits the screen better\n"
            "4:23  - http://h/me\n      link href: not requested, rel does not fetch\n");
}

TEST(RefsCommand, LazyAttributesCountWhenAskedFor) {
  EXPECT_EQ(references({}, "<img data-src=a.png>").size(), 0U);
  const auto list = references({"--lazy-attributes"}, "<img data-src=a.png>");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["lazy"], true);
  EXPECT_EQ(list[0]["attribute"], "data-src");
}

}  // namespace
}  // namespace pagehaul::test
