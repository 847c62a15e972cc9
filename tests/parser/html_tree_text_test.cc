// What gumbo gets of a document: its tree is that of the whole, but for characters that a text already has.

#include "html/tree_text.h"

#include <gtest/gtest.h>
#include <gumbo.h>

#include <array>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "html/gumbo_guard.h"
#include "html/tree_walk.h"
#include "pagehaul/references.h"
#include "real_pages.h"
#include "url/utf8.h"

namespace pagehaul::html {
namespace {

const std::string kLong =
    "It was a dark and stormy night. The rain fell in torrents, except at occasional intervals, when it was checked by "
    "a violent gust of wind which swept up the streets. ";

std::set<char32_t> characters_of(std::string_view text) {
  std::set<char32_t> characters;
  while (!text.empty()) {
    const Utf8Sequence sequence = read_utf8(text);
    characters.insert(sequence.kind == Utf8Sequence::Kind::Valid ? sequence.code_point : U'\uFFFD');
    text.remove_prefix(sequence.length);
  }
  return characters;
}

// Where something stands in the document, and what.
using Place = std::function<std::size_t(const char*)>;
using Whole = std::function<std::string_view(std::string_view)>;

class Outline {
 public:
  Outline(Place place, Whole whole) : place_(std::move(place)), whole_(std::move(whole)) {}

  // A line a node: of an element where its tag stands in the document, of a text which characters it has, of a style
  // sheet all of it, of a script that there is one.
  std::vector<std::string> of(std::string_view text) {
    const GuardedParse parse(text, {});
    if (parse.document() == nullptr) return {std::string(parse_stop_message(parse.stop()))};
    add_children(parse.document()->v.document.children, GUMBO_TAG_UNKNOWN);
    return std::move(lines_);
  }

 private:
  void add_children(const GumboVector& children, GumboTag parent) {
    ++depth_;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& node = *static_cast<const GumboNode*>(children.data[i]);
      const bool element = node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
      element ? add_element(node.v.element) : add_text(node, parent);
    }
    --depth_;
  }

  void add_text(const GumboNode& node, GumboTag parent) {
    std::string line(depth_, ' ');
    if (parent == GUMBO_TAG_STYLE) {
      const GumboStringPiece& original = node.v.text.original_text;
      line += std::to_string(place_(original.data)) + ": " + std::string(whole_({original.data, original.length}));
    } else if (parent == GUMBO_TAG_SCRIPT) {
      line += "script";
    } else {
      line += node.type == GUMBO_NODE_COMMENT ? "comment" : node.type == GUMBO_NODE_WHITESPACE ? "blank" : "text";
      for (const char32_t character : characters_of(node.v.text.text)) line += " " + std::to_string(character);
    }
    lines_.push_back(line);
  }

  void add_element(const GumboElement& element) {
    std::string line =
        std::string(depth_, ' ') + std::to_string(element.tag_namespace) + " " + gumbo_normalized_tagname(element.tag);
    if (const GumboStringPiece& tag = element.original_tag; tag.length > 0)
      line += " at " + std::to_string(place_(tag.data)) + ": " + std::string(tag.data, tag.length);
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
      line += std::string(" ") + attribute.name + "=" + attribute.value;
    }
    lines_.push_back(line);
    const bool html = element.tag_namespace == GUMBO_NAMESPACE_HTML;
    add_children(element.children, html ? element.tag : GUMBO_TAG_UNKNOWN);
  }

  Place place_;
  Whole whole_;
  std::size_t depth_ = 0;
  std::vector<std::string> lines_;
};

// Where TreeText has guessed wrong, the whole is read.
bool is_guessed_right(const TreeText& text) {
  const GuardedParse parse(text.text(), {});
  return parse.document() == nullptr || is_of_the_document(*parse.document(), text);
}

void expect_the_tree_of_the_whole(const std::string& document) {
  const TreeText text(document, false);
  if (!is_guessed_right(text)) return;
  Outline given([&](const char* in_text) { return text.place_of(in_text); },
                [&](std::string_view in_text) { return text.in_document(in_text); });
  Outline whole([&](const char* place) { return static_cast<std::size_t>(place - document.data()); },
                [](std::string_view style) { return style; });
  EXPECT_EQ(given.of(text.text()), whole.of(document)) << document.substr(0, 2000);
}

TEST(TreeText, of_a_long_text_each_character_stands_there_once) {
  const std::string document = "<p>" + kLong + kLong + "<img src=a.png>";
  const TreeText text(document, false);
  EXPECT_EQ(text.text(), "<p>It wasdrknomyigh.Tefl,xcpvbu<img src=a.png>");
  expect_the_tree_of_the_whole(document);
}

TEST(TreeText, a_document_with_little_text_is_given_as_it_is) {
  std::string document;
  for (int i = 0; i < 40; ++i) document += "<li><a href=/" + std::to_string(i) + ">a link and a word or two</a>";
  document += "<p>" + kLong;
  const TreeText text(document, true);
  EXPECT_EQ(text.text().data(), document.data());
  EXPECT_EQ(text.text().size(), document.size());
}

TEST(TreeText, places_are_those_in_the_document) {
  std::string document;
  for (int i = 0; i < 5; ++i) document += "<p>" + kLong + "<img src=" + std::to_string(i) + ".png>";
  const TreeText text(document, false);
  ASSERT_LT(text.text().size(), document.size() / 2);
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::to_string(i) + ".png";
    EXPECT_EQ(text.place_of(text.text().data() + text.text().find(name)), document.find(name));
  }
}

TEST(TreeText, the_content_of_noscript_is_left_out_where_scripts_run) {
  const std::string document = "<head><noscript><link rel=stylesheet href=n.css></noscript><link href=a.css>";
  const TreeText text(document, true);
  EXPECT_EQ(text.text(), "<head><noscript> </noscript><link href=a.css>");
  EXPECT_EQ(text.place_of(text.text().data() + text.text().find("a.css")), document.find("a.css"));
  EXPECT_EQ(TreeText(document, false).text(), document);
  EXPECT_EQ(TreeText("<noscript></noscript><noscript>", true).text(), "<noscript></noscript><noscript>");
  EXPECT_EQ(TreeText("<p>1<noscript>2", true).text(), "<p>1<noscript> ");
}

TEST(TreeText, content_that_is_not_markup_stays_as_it_is) {
  for (const std::string name :
       {"title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext", "title class=a"}) {
    const std::string kept = "<" + name + ">" + kLong + "</" + name + ">";
    for (const std::string before : {"", "<svg>", "<math>", "<svg><desc>", "<select>", "<table>"}) {
      const std::string document = before + kept + "<p>" + kLong + kLong;
      EXPECT_NE(TreeText(document, false).text().find(kept), std::string::npos) << document;
      expect_the_tree_of_the_whole(document);
    }
  }
}

TEST(TreeText, scripts_and_style_sheets_are_left_out_and_a_style_sheet_is_found_in_the_document) {
  const std::string script = "<script>" + kLong + "if (a < b) document.write('<b>'); </script>";
  const std::string style = "<style>" + kLong + "</style>";
  EXPECT_EQ(TreeText(script + style + "<p>", false).text(),
            "<script> </script><style>It wasdrknomyigh.Tefl,xcpvbu</style><p>");
  expect_the_tree_of_the_whole(script + style + script + "<p>" + style);
  for (const std::string blank :
       {"<style>", "<style></style>", "<style> \n </style>", "<style>b{}</style>", "<script></script>", "<script>"})
    expect_the_tree_of_the_whole(script + style + blank);
  for (const std::string before : {"<table>", "<select>", "<colgroup>", "<template>", "<head></head>", "</html>"})
    expect_the_tree_of_the_whole(before + script + style + "<p>");
}

TEST(TreeText, scripts_and_style_sheets_stay_where_they_may_be_markup) {
  const std::string script = "<script>" + kLong + "<frame src=a>" + kLong + "</script>";
  const std::string style = "<style>" + kLong + "<option>" + kLong + "</style>";
  for (const std::string& document : {"<frameset>" + script, "<select>" + style, "<svg>" + script + style,
                                      "<svg><desc>" + script + "</desc></svg>", "<math>" + script + style}) {
    EXPECT_GE(TreeText(document, false).text().size(), kLong.size()) << document;
    expect_the_tree_of_the_whole(document);
  }
}

// Only gumbo knows for sure where SVG and MathML end.
TEST(TreeText, a_document_that_gumbo_takes_apart_otherwise_is_read_whole) {
  const std::string text = "<p>" + kLong + kLong + kLong;
  std::string deep, up;
  for (int i = 0; i < 65; ++i) deep += "<svg>";
  for (int i = 0; i < 64; ++i) up += "</svg>";
  const std::string style =
      "<style>b, rect { background: url(wanted.png); fill: url(wanted.png#a) } /* " + kLong + "*/</style>";
  const std::vector<std::string> documents = {
      "<math><mtext><b>x</b></mtext><script><img src=wanted.png></script></math>" + text,
      "<svg><desc><div></svg></div></desc><script><image href=wanted.png></script>" + text,
      "<math><mtext><b>x</b></mtext>" + style + "</math>" + text,
      deep + up + "<script><image href=wanted.png></script>" + text,
      deep + up + "<rect/>" + style + text,
      "<math><mi><script><div title='</script><img alt=\"'></script>" + kLong + "\" src=wanted.png>" + text};
  for (const std::string& document : documents) {
    EXPECT_FALSE(TreeText(document, true).is_whole());
    EXPECT_FALSE(is_guessed_right(TreeText(document, false))) << document;
    const References found = extract_document_references(document, *Url::parse("http://a/"), "text/html", {});
    ASSERT_EQ(found.references.size(), 1U) << document;
    EXPECT_TRUE(found.references[0].url.starts_with("http://a/wanted.png")) << found.references[0].url;
    EXPECT_EQ(found.references[0].offset, document.find("wanted.png"));
  }
}

TEST(TreeText, where_the_whole_is_read_the_content_of_noscript_is_left_out_all_the_same) {
  const std::string document =
      "<math><mtext><b>x</b></mtext><script><img src=wanted.png></script></math><noscript><img src=no.png>"
      "</noscript><p>" +
      kLong + kLong;
  const References found = extract_document_references(document, *Url::parse("http://a/"), "text/html", {});
  ASSERT_EQ(found.references.size(), 1U);
  EXPECT_EQ(found.references[0].url, "http://a/wanted.png");
}

TEST(TreeText, nothing_joins_a_character_reference) {
  const std::string seen = kLong + "& .#8364;é ";
  for (const std::string text :
       {"coupes & GT models", "a & #8364; b", "& lt;", "&not in;", "&am p;", "&#836 4", "&é#8364;", "& &é lt;"})
    expect_the_tree_of_the_whole("<p>" + seen + text + "<b>" + seen + text + text);
}

TEST(TreeText, character_references_stay_whole) {
  const std::string document = "<p>" + kLong + "caf&eacute; and caf&eacute; &copyrighted &#8364;&#x20AC;&amp;amp; &";
  EXPECT_NE(TreeText(document, false).text().find("&eacute;"), std::string::npos);
  expect_the_tree_of_the_whole(document);
}

TEST(TreeText, of_other_scripts_each_character_stands_there_once_too) {
  std::string document = "<p>";
  for (int i = 0; i < 20; ++i) document += "吾輩は猫である。Привет \U0001F600 ";
  EXPECT_EQ(TreeText(document, false).text(), "<p>吾輩は猫である。Привет \U0001F600");
  expect_the_tree_of_the_whole(document);
}

TEST(TreeText, ill_formed_text_gives_no_character_that_is_not_there) {
  const std::string euro = "\xE2\x82\xAC";
  const std::string long_text = kLong + "é";
  for (const std::string wrong : {"\xE2", "\xE2\x82", "\x82\xAC", "\xC3", "\xFF"}) {
    for (const std::string between : {"a", "é", "aa", "éa"}) {
      for (const std::string rest : {"\x82\xAC", "\xAC", "\xA9"})
        expect_the_tree_of_the_whole("<p>" + long_text + wrong + between + rest + "<b>" + long_text + wrong + between);
    }
  }
}

TEST(TreeText, white_space_has_the_same_part_in_the_tree) {
  const std::string blank(80, ' ');
  const std::string blank_text = blank + kLong;
  for (const std::string& text : {blank, blank_text, "\n\n" + std::string(100, '\n'), "\r\n\r\n" + blank_text}) {
    for (const std::string before : {"",
                                     "<head>",
                                     "<head></head>",
                                     "<pre>",
                                     "<textarea>",
                                     "<table>",
                                     "<table><tr>",
                                     "<table><colgroup>",
                                     "<select>",
                                     "<frameset>",
                                     "<frameset></frameset>",
                                     "</body>",
                                     "</html>",
                                     "<body></html>",
                                     "<svg>",
                                     "<b><p></b>",
                                     "<template>",
                                     "<!DOCTYPE html>",
                                     "<!-- c -->",
                                     "<ruby><rt>"})
      expect_the_tree_of_the_whole(before + text + "<i>" + kLong + kLong + "</i>" + text);
  }
}

TEST(TreeText, comments_and_stray_signs_do_not_end_elsewhere) {
  const std::vector<std::string> pieces = {"<!-- " + kLong + " -- > -->",
                                           "<!--" + kLong,
                                           "<!-->",
                                           "<!--->",
                                           "<!-- --!>",
                                           "<? " + kLong + ">",
                                           "</ " + kLong + ">",
                                           "a < b > c",
                                           "<",
                                           "</",
                                           "<![CDATA[" + kLong + "]]>",
                                           std::string(1, '\0'),
                                           "<svg><![CDATA[" + kLong + "]]></svg>",
                                           "<script><!--<script>" + kLong + "</script>" + kLong + "--></script>",
                                           "<p title='" + kLong + ">"};
  for (const std::string& piece : pieces)
    expect_the_tree_of_the_whole("<p>" + kLong + piece + kLong + "<b>" + kLong + piece);
}

TEST(TreeText, the_tree_of_random_markup_is_that_of_the_whole) {
  const std::vector<std::string> pieces = {kLong,
                                           kLong.substr(0, 66),
                                           "\n   ",
                                           "&amp;",
                                           "<p>",
                                           "</p>",
                                           "<b>",
                                           "</b>",
                                           "<table>",
                                           "<tr>",
                                           "<td>",
                                           "</table>",
                                           "<select>",
                                           "<option>",
                                           "</select>",
                                           "<title>",
                                           "</title>",
                                           "<style>",
                                           "</style>",
                                           "<script>",
                                           "</script>",
                                           "<svg>",
                                           "</svg>",
                                           "<math>",
                                           "<mi>",
                                           "</math>",
                                           "<desc>",
                                           "</desc>",
                                           "<foreignObject>",
                                           "<!--",
                                           "-->",
                                           "<![CDATA[",
                                           "]]>",
                                           "<textarea>",
                                           "</textarea>",
                                           "<a href='x y'>",
                                           "<img src=\"",
                                           "\">",
                                           "<template>",
                                           "</template>",
                                           "<noscript>",
                                           "</noscript>",
                                           "<frameset>",
                                           "<xmp>",
                                           "</xmp>",
                                           "é",
                                           "\xE2",
                                           "<",
                                           ">",
                                           "'",
                                           "<body>",
                                           "</body>",
                                           "</html>",
                                           "<pre>",
                                           "<annotation-xml encoding=text/html>",
                                           "</annotation-xml>",
                                           "<plaintext",
                                           "& ",
                                           " lt",
                                           "&not ",
                                           "in;",
                                           " #8364;",
                                           "<mtext>",
                                           "</mtext>",
                                           "<svg><svg><svg>"};
  std::mt19937 random(1);
  int guessed_wrong = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string document;
    for (std::size_t k = 1 + random() % 24; k > 0; --k) document += pieces[random() % pieces.size()];
    if (!is_guessed_right(TreeText(document, false))) ++guessed_wrong;
    expect_the_tree_of_the_whole(document);
    if (HasFailure()) return;
  }
  EXPECT_LT(guessed_wrong, 300);
}

TEST(TreeText, the_trees_of_real_pages_are_those_of_the_whole) {
  const auto directory = test::real_pages_directory();
  if (!directory) GTEST_SKIP() << "no real pages at $PAGEHAUL_SHARED_DATA or ../shared/data";
  std::size_t whole = 0, given = 0;
  for (const std::string& name : test::real_page_names(*directory)) {
    const std::string document = test::read_whole_file(*directory / "pages" / (name + ".html"));
    EXPECT_TRUE(is_guessed_right(TreeText(document, false))) << name;
    expect_the_tree_of_the_whole(document);
    ASSERT_FALSE(HasFailure()) << name;
    whole += document.size();
    given += TreeText(document, false).text().size();
  }
  EXPECT_LT(given, whole * 7 / 10);
  RecordProperty("given_percent", static_cast<int>(given * 100 / whole));
}

}  // namespace
}  // namespace pagehaul::html
