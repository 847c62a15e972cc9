// Hostile documents: each must end within its limits, after work that grows no faster than the document, with what can
// be had.

#include <gtest/gtest.h>

#include <chrono>

#include "reference_lines.h"
#include "support/cpu_time.h"

namespace pagehaul {
namespace {

using std::chrono::milliseconds;
using test::extract;
using test::lines_of;
using test::scan;
using Lines = std::vector<std::string>;

std::string repeat(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

// Longer than any machine takes for what is no attack.
constexpr std::chrono::minutes kPatience{5};

TEST(HostileDocument, when_gumbo_asserts_the_tag_scanner_serves) {
  for (const std::string_view attack : {"<table><svg><desc><![CDATA[x]]>x", "<table><math><mi><![CDATA[x]]>x"}) {
    const std::string html = "<title>t</title><img src=a>" + std::string(attack) + "</svg></math></table><img src=b>";
    const References references = extract(html);
    EXPECT_EQ(lines_of(references.references), (Lines{"image a", "image b"}));
    EXPECT_EQ(references.degraded, "parse stopped: the HTML parser's assertion failed");
    EXPECT_EQ(references.title, "t");
  }
}

TEST(HostileDocument, when_the_deadline_passes_the_tag_scanner_serves) {
  ReferenceOptions options;
  options.max_parse_time = milliseconds(50);
  const std::string html = "<img src=a>" + repeat("<svg><g>", 20000) + repeat("</x>", 20000) + "<img src=b>";
  const References references = extract(html, options);
  EXPECT_EQ(references.degraded, "parse stopped: deadline");
  EXPECT_EQ(lines_of(references.references), (Lines{"image a", "image b"}));
}

TEST(HostileDocument, when_memory_runs_out_the_tag_scanner_serves) {
  ReferenceOptions options;
  options.max_parse_memory = std::size_t{1} << 20;
  const References references = extract(repeat("<p>", 20000) + "<img src=a>", options);
  EXPECT_EQ(references.degraded, "parse stopped: memory limit");
  EXPECT_EQ(lines_of(references.references), (Lines{"image a"}));
}

TEST(HostileDocument, srcdoc_that_stops_the_parser_stops_only_itself) {
  const References references = extract(
      "<iframe srcdoc='<img src=a><table><svg><desc><![CDATA[x]]>x</svg><img "
      "src=b>'></iframe><img src=c>");
  EXPECT_EQ(references.degraded, "parse stopped: the HTML parser's assertion failed");
  EXPECT_EQ(lines_of(references.references), (Lines{"image a", "image b", "image c"}));
}

TEST(HostileDocument, many_srcdoc_documents_share_one_deadline) {
  ReferenceOptions options;
  const std::string slow = repeat("<svg><g>", 3000) + repeat("</x>", 3000);
  const std::string html = repeat("<iframe srcdoc='" + slow + "<img src=a>'></iframe>", 60);
  References references;
  const auto cost_of = [&](milliseconds deadline) {
    options.max_parse_time = deadline;
    return test::cpu_time_of([&] { references = extract(html, options); });
  };
  // What is left to do when there is no time for any tree, and twice the deadline: one each would be sixty of them.
  const auto without_trees = cost_of(milliseconds(0));
  EXPECT_LT(cost_of(milliseconds(100)), 2 * milliseconds(100) + 2 * without_trees);
  EXPECT_EQ(references.degraded, "parse stopped: deadline");
  EXPECT_EQ(lines_of(references.references), (Lines{"image a"}));
}

TEST(HostileDocument, a_megabyte_of_nesting_takes_no_more_than_its_share_of_time) {
  const std::string_view pieces[] = {"<div>",           "<a>",       "<b>",        "<table>",
                                     "<svg>",           "<picture>", "<video>",    "<object data=x>",
                                     "<template>",      "<select>",  "<noscript>", "<span style=display:none>",
                                     "<p hidden>",      "<!--",      "<![CDATA[",  "<script><!--",
                                     "<iframe srcdoc='"};
  ReferenceOptions options;
  options.max_parse_time = milliseconds(20);
  for (const std::string_view piece : pieces) {
    const auto html = [piece](std::size_t bytes) { return "<img src=a>" + repeat(piece, bytes / piece.size()); };
    const auto work = [&options](const std::string& document) {
      return [&options, document] {
        const References references = extract(document, options);
        const std::vector<Reference> scanned = scan(document, options);
        ASSERT_FALSE(references.references.empty());
        ASSERT_FALSE(scanned.empty());
        EXPECT_EQ(references.references.front().url, "http://host/dir/a");
      };
    };
    EXPECT_TRUE(test::grows_linearly(work(html(std::size_t{1} << 16)), work(html(std::size_t{1} << 20)))) << piece;
  }
}

TEST(HostileDocument, a_body_too_deep_to_free_before_a_frameset_is_no_crash) {
  const References references = extract(repeat("<div>", 10000) + "<frameset><frame src=a>");
  EXPECT_EQ(references.degraded, "parse stopped: nested too deep");
  EXPECT_EQ(lines_of(references.references), (Lines{"frame a"}));
}

TEST(HostileDocument, references_are_counted_and_the_rest_dropped_and_said) {
  std::string html;
  for (int i = 0; i < 100001; ++i) html.append("<img src=").append(std::to_string(i)).append(">");
  ReferenceOptions options;
  options.max_parse_time = kPatience;
  const References references = extract(html, options);
  EXPECT_EQ(references.references.size(), 100000U);
  EXPECT_EQ(references.degraded, "over 100000 references");
  EXPECT_EQ(scan(html, options).size(), 100000U);
  html.resize(html.rfind("<img"));
  EXPECT_EQ(extract(html, options).degraded, "");
}

TEST(HostileDocument, input_over_the_limit_is_cut_and_said) {
  ReferenceOptions options;
  options.max_input_bytes = 11;
  const References references = extract("<img src=a><img src=b>", options);
  EXPECT_EQ(lines_of(references.references), (Lines{"image a"}));
  EXPECT_EQ(references.degraded, "over 11 bytes");
  options.max_input_bytes = 30;
  EXPECT_EQ(extract("<style>p{background:url(a.png)}</style>", options).references.size(), 0U);
  EXPECT_EQ(scan("<style>p{background:url(a.png)}</style>", options).size(), 0U);
  options.max_input_bytes = 11;
  EXPECT_EQ(extract("<img src=a>", options).degraded, "");
}

// Attacks of about so many bytes, in attributes and in names. (That of many attributes is gumbo's to compare with each
// other; its deadline ends it.)
std::vector<std::string> attribute_attacks(std::size_t size) {
  std::string srcset = "<img srcset='";
  for (std::size_t i = 1; i < size / 20; ++i)
    srcset.append("i&#46;png?").append(std::to_string(i)).append(" ").append(std::to_string(i)).append("w, ");
  return {
      "<img src='" + std::string(size, 'a') + "'>",
      "<img src='" + std::string(size, '&') + "'>",
      "<img src='" + repeat("&NotEqualTilde;", size / 15) + "'>",
      "<img src='data:image/png;base64," + std::string(size, 'A') + "'>",
      "<img src='" + repeat("../", size / 3) + "'>",
      "<img src='" + repeat("\x7F", size) + "'>",
      "<img srcset='" + std::string(size, ',') + "'>",
      "<img srcset='" + repeat("a,", size / 2) + "' sizes='" + repeat("(", size) + "'>",
      srcset + "'>",
      "<p style='" + repeat("background:url(a&amp;b);", size / 23) + "'>",
      "<p style='" + repeat(";", size) + "'>",
      "<link rel='" + repeat("stylesheet ", size / 11) + "' href=a>",
      "<script type='" + std::string(size, ' ') + "' src=a></script>",
      "<" + std::string(size, 'x') + ">",
      "<title>" + std::string(size, ' ') + "</title>",
  };
}

TEST(HostileDocument, huge_attributes_take_linear_time) {
  ReferenceOptions options = test::everything();
  options.max_parse_time = milliseconds(2000);
  const auto work = [&options](const std::string& attack) {
    return [&options, attack] {
      const References references = extract(attack + "<img src=last>", options);
      scan(attack, options, "text/html", 4096);
      ASSERT_FALSE(references.references.empty());
      EXPECT_EQ(references.references.back().url, "http://host/dir/last");
    };
  };
  const std::vector<std::string> small = attribute_attacks(std::size_t{1} << 16);
  const std::vector<std::string> large = attribute_attacks(std::size_t{1} << 20);
  for (std::size_t i = 0; i < small.size(); ++i) {
    EXPECT_TRUE(test::grows_linearly(work(small[i]), work(large[i]))) << small[i].substr(0, 30);
  }
}

TEST(HostileDocument, ends_of_elements_that_never_opened_take_linear_time) {
  const auto work = [](std::size_t count) {
    return [html = repeat("<picture>", 5 * count) + repeat("</video></object></template></svg>", 2 * count)] {
      EXPECT_EQ(scan(html).size(), 0U);
    };
  };
  EXPECT_TRUE(test::grows_linearly(work(1000), work(16000)));
}

// Each of these would take minutes, or memory by the gigabyte, were its work not counted.
TEST(HostileDocument, what_styles_may_ask_for_is_bounded) {
  const auto numbered = [](std::size_t count, const auto& text) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += text(std::to_string(i), std::to_string(i + 1));
    return out;
  };
  using Text = const std::string&;
  const std::string families = numbered(5000, [](Text i, Text) { return "f" + i + ","; });
  const std::string attacks[] = {
      "<style>" +
          numbered(5000, [](Text i, Text) { return "@font-face{font-family:f" + i + ";src:url(f" + i + ")}"; }) +
          "p{font-family:" + families + "f}</style>" + repeat("<p>x", 100000),
      "<style>p{" + numbered(20000, [](Text i, Text n) { return "--a" + i + ":var(--a" + n + ")var(--a" + n + ");"; }) +
          "--a20000:url(x)}i{" + repeat("display:var(--a0);", 20000) + "}</style><p>" + repeat("<i>x", 5000),
      "<style>p{--a:" + std::string(60000, 'a') + "}i{" + repeat("display:var(--a);", 50000) + "}</style><p><i>x",
      "<style>" + repeat(":has(.a .b .c){background:url(x)}", 10000) + "</style>" + repeat("<div class=q>", 40000),
      "<style>" + repeat(":nth-last-child(2n+1 of .a .b){background:url(x)}", 5000) + "</style>" +
          repeat("<p class=a></p>", 40000),
  };
  ReferenceOptions options;
  options.max_parse_time = kPatience;
  for (const std::string& attack : attacks) {
    const References references = extract(attack + "<img src=last>", options);
    ASSERT_FALSE(references.references.empty());
    EXPECT_EQ(references.references.back().url, "http://host/dir/last");
  }
}

TEST(HostileDocument, a_tree_may_take_32_bytes_for_a_byte_of_the_document) {
  ReferenceOptions options;
  options.max_parse_time = kPatience;
  // The shortest of elements take twice that. Below a MiB the allowance is a MiB's.
  const std::string elements = repeat("<i></i>", std::size_t{1} << 17);
  EXPECT_EQ(extract(elements.substr(0, elements.size() / 8), options).degraded, "");
  EXPECT_EQ(extract("<img src=a>" + repeat("<p>", std::size_t{1} << 19) + "<img src=b>", options).degraded,
            "parse stopped: memory limit");
  const std::string table = "<table>" + repeat("<tr><td>12</td><td>345</td></tr>\n", std::size_t{1} << 16);
  EXPECT_EQ(extract(table, options).degraded, "");
}

TEST(HostileDocument, every_byte_and_every_prefix_is_survived) {
  const std::string html =
      "<!doctype html><title>&notin;</title><base href=x><picture><source "
      "srcset='a 2x'><img src=b></picture>"
      "<svg><image xlink:href=c /></svg><style>@import "
      "url(d)</style><script><!--<script></script>--></script>"
      "<iframe srcdoc='<img src=e>'></iframe><table><td background=f></table>";
  for (std::size_t size = 0; size <= html.size(); ++size) {
    const std::unique_ptr<char[]> exact(new char[size]);  // so that a byte too far is noticed
    std::copy_n(html.data(), size, exact.get());
    extract({exact.get(), size});
    scan({exact.get(), size});
  }
  for (int byte = 0; byte < 256; ++byte) {
    std::string broken = html;
    for (std::size_t at = static_cast<std::size_t>(byte) % 7; at < broken.size(); at += 23) {
      broken[at] = static_cast<char>(byte);
    }
    extract(broken, test::everything(), "text/html");
    scan(broken, test::everything(), "text/html", 5);
  }
}

}  // namespace
}  // namespace pagehaul
