// Hostile documents: each must end soon, within its limits, with what can be
// had.

#include <gtest/gtest.h>

#include <chrono>

#include "reference_lines.h"

namespace pagehaul {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
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

// Long enough for a sanitizer on a busy machine, far too short for anything
// quadratic.
constexpr milliseconds kSoon{20000};

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
  options.max_parse_time = milliseconds(100);
  const std::string slow = repeat("<svg><g>", 3000) + repeat("</x>", 3000);
  const auto start = steady_clock::now();
  const References references = extract(repeat("<iframe srcdoc='" + slow + "<img src=a>'></iframe>", 60), options);
  EXPECT_LT(steady_clock::now() - start, kSoon);
  EXPECT_EQ(references.degraded, "parse stopped: deadline");
  EXPECT_EQ(lines_of(references.references), (Lines{"image a"}));
}

TEST(HostileDocument, a_megabyte_of_nesting_ends_soon) {
  const std::string_view pieces[] = {"<div>",           "<a>",       "<b>",        "<table>",
                                     "<svg>",           "<picture>", "<video>",    "<object data=x>",
                                     "<template>",      "<select>",  "<noscript>", "<span style=display:none>",
                                     "<p hidden>",      "<!--",      "<![CDATA[",  "<script><!--",
                                     "<iframe srcdoc='"};
  ReferenceOptions options;
  options.max_parse_time = milliseconds(20);
  for (const std::string_view piece : pieces) {
    const std::string html = "<img src=a>" + repeat(piece, (std::size_t{1} << 20) / piece.size());
    const auto start = steady_clock::now();
    const References references = extract(html, options);
    const std::vector<Reference> scanned = scan(html, options);
    EXPECT_LT(steady_clock::now() - start, kSoon) << piece;
    ASSERT_FALSE(references.references.empty()) << piece;
    ASSERT_FALSE(scanned.empty()) << piece;
    EXPECT_EQ(references.references.front().url, "http://host/dir/a") << piece;
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
  options.max_parse_time = kSoon;
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

TEST(HostileDocument, huge_attributes_end_soon) {
  const std::size_t size = std::size_t{1} << 20;
  std::string many_attributes = "<img";
  for (int i = 0; i < 5000; ++i) many_attributes.append(" a").append(std::to_string(i)).append("=b");
  std::string srcset = "<img srcset='";
  for (int i = 1; i < 50000; ++i)
    srcset.append("i&#46;png?").append(std::to_string(i)).append(" ").append(std::to_string(i)).append("w, ");
  const std::string inputs[] = {
      "<img src='" + std::string(size, 'a') + "'>",
      "<img src='" + std::string(size, '&') + "'>",
      "<img src='" + repeat("&NotEqualTilde;", size / 15) + "'>",
      "<img src='data:image/png;base64," + std::string(size, 'A') + "'>",
      "<img src='" + repeat("../", size / 3) + "'>",
      "<img srcset='" + std::string(size, ',') + "'>",
      "<img srcset='" + repeat("a,", size / 2) + "' sizes='" + repeat("(", size) + "'>",
      srcset + "'>",
      "<p style='" + repeat("background:url(a&amp;b);", size / 23) + "'>",
      "<p style='" + repeat(";", size) + "'>",
      "<link rel='" + repeat("stylesheet ", size / 11) + "' href=a>",
      "<script type='" + std::string(size, ' ') + "' src=a></script>",
      many_attributes + " src=a>",
      "<" + std::string(size, 'x') + ">",
      "<title>" + std::string(size, ' ') + "</title>",
  };
  ReferenceOptions options = test::everything();
  options.max_parse_time = milliseconds(2000);
  for (const std::string& input : inputs) {
    const auto start = steady_clock::now();
    const References references = extract(input + "<img src=last>", options);
    scan(input, options, "text/html", 4096);
    EXPECT_LT(steady_clock::now() - start, kSoon) << input.substr(0, 30);
    ASSERT_FALSE(references.references.empty()) << input.substr(0, 30);
    EXPECT_EQ(references.references.back().url, "http://host/dir/last") << input.substr(0, 30);
  }
}

TEST(HostileDocument, ends_of_elements_that_never_opened_end_soon) {
  const std::string html = repeat("<picture>", 50000) + repeat("</video></object></template></svg>", 20000);
  const auto start = steady_clock::now();
  EXPECT_EQ(scan(html).size(), 0U);
  EXPECT_LT(steady_clock::now() - start, kSoon);
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
