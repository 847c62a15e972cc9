#include <gtest/gtest.h>

#include <algorithm>

#include "reference_lines.h"

namespace pagehaul {
namespace {

using test::everything;
using test::extract;
using test::lines_of;
using test::scan;
using test::without_scripting;
using Lines = std::vector<std::string>;

struct Case {
  const char* html;
  Lines lines;
};

// The tree and the scanner go by the same rules: on markup that nests well they
// find the same.
void expect_lines(const std::vector<Case>& cases, const ReferenceOptions& options) {
  for (const Case& test : cases) {
    const References references = extract(test.html, options);
    EXPECT_EQ(lines_of(references.references), test.lines) << test.html;
    EXPECT_EQ(references.degraded, "") << test.html;
    std::vector<Reference> scanned = scan(test.html, options);
    std::stable_sort(scanned.begin(), scanned.end(),
                     [](const Reference& a, const Reference& b) { return a.offset < b.offset; });
    EXPECT_EQ(lines_of(scanned), test.lines) << "scanner: " << test.html;
    EXPECT_EQ(scanned, references.references) << "scanner: " << test.html;
  }
}

TEST(DocumentReferences, images) {
  expect_lines(
      {
          {"<img src=a.png>", {"image a.png"}},
          {"<img src='  a.png\n'>", {"image a.png"}},
          {"<img src=''><img src><img>", {}},
          {"<img src=a.png><img src=a.png#x><img src='./a.png'>", {"image a.png"}},
          {"<img src=a?b=1&amp;c=2>", {"image a?b=1&c=2"}},
          {"<img src=//other/a><img src=/b><img src=https://c/d>",
           {"image http://other/a", "image http://host/b", "image https://c/d"}},
          {"<img src=data:image/gif;base64,R0><img src=blob:http://host/1><img "
           "src=about:blank>"
           "<img src=javascript:x><img src=file:///etc/passwd><img "
           "src=mailto:a@b><img src='http://[bad'>",
           {}},
          {"<img src=ftp://files/a.png>", {"image ftp://files/a.png"}},
          {"<img src=a srcset='b 2x'>", {"image a"}},
          {"<img src=a srcset='b 1x, c 2x'>", {"image b"}},
          {"<img srcset='a 640w, b 1280w, c 2560w' sizes=100vw>", {"image b"}},
          {"<img srcset='a 640w, b 1280w, c 2560w' sizes='(min-width: 1000px) "
           "50vw, 100vw'>",
           {"image a"}},
          {"<img loading=lazy src=a>", {"image lazy a"}},
          {"<img loading=lazy src=a><img src=a>", {"image a"}},
          {"<input type=IMAGE src=a><input src=b><input type=text src=c>", {"image a"}},
          {"<body background=a><table background=b><tr background=c><td "
           "background=d>x</td><th background=e></table>",
           {"image a", "image b", "image c", "image d", "image e"}},
          {"<div background=a>", {}},
          {"<image src=a>", {"image a"}},
          {"<svg><image href=a /><image xlink:href=b /><image href=c "
           "xlink:href=d /></svg>",
           {"image a", "image b", "image c"}},
          {"<svg><use href='#x'/><use xlink:href='s.svg#y'/><use "
           "href='page.html#z'/>"
           "<filter><feImage href=f.png /></filter></svg>",
           {"image s.svg", "image f.png"}},
          {"<svg><rect fill='url(#a)' filter='url(f.svg#b)' mask=none /></svg>", {"image f.svg"}},
      },
      {});
}

// gumbo makes U+FFFD of these, browsers do not.
TEST(DocumentReferences, control_characters_and_noncharacters_in_values_are_kept) {
  expect_lines({{"<img src='a\x7Fz'>", {"image a%7Fz"}},
                {"<img src='a\xC2\x9Dz?\xC2\x81'>", {"image a%C2%9Dz?%C2%81"}},
                {"<img src=\"\xEF\xB7\x90&amp;b\">", {"image %EF%B7%90&b"}},
                {"<img src=a\x01z>", {"image a%01z"}},
                {"<img srcset='a\x7F 1x, b\x7F 2x'>", {"image a%7F"}},
                {"<p style='background:url(\xC2\x85.png)'>x", {"image %C2%85.png"}},
                {"<img src='a\xEF\xBF\xBDz'>", {"image a%EF%BF%BDz"}},
                {"<img src='a\xFF\xE2\x82z'>", {"image a%EF%BF%BD%EF%BF%BDz"}},
                {"<body><body background='a\x7F'>", {"image a%7F"}}},
               {});
  const References matched = extract("<style>[id='\x7F']{background:url(a)}</style><p id='\x7F'>x");
  EXPECT_EQ(lines_of(matched.references), (Lines{"image a"}));
  const References western = extract("<img src='a\x81\xFFz?\x9D'>", {}, "text/html; charset=windows-1252");
  EXPECT_EQ(lines_of(western.references), (Lines{"image a%C2%81%C3%BFz?%9D"}));
  EXPECT_EQ(western.references.at(0).offset, 10U);
}

TEST(DocumentReferences, pictures) {
  ReferenceOptions narrow;
  narrow.screen = {400, 800, 2};
  const char* const art =
      "<picture><source media='(min-width: 800px)' srcset='wide 1x, wide2 "
      "2x'><source srcset='narrow 1x, narrow2 2x'>"
      "<img src=fallback></picture>";
  expect_lines({{art, {"image wide"}}}, {});
  expect_lines({{art, {"image narrow2"}}}, narrow);
  expect_lines({{art, {"image wide", "image wide2", "image narrow", "image narrow2", "image fallback"}}}, everything());
  expect_lines(
      {
          {"<picture><source type='' srcset=a><img src=b></picture>", {"image a"}},
          {"<picture><source type=image/jxl srcset=a><source type='image/webp; "
           "x=y' srcset=b><img src=c></picture>",
           {"image b"}},
          {"<picture><source><source srcset=''><source src=a><img "
           "src=c></picture>",
           {"image c"}},
          {"<picture><source srcset='a bad'><img src=c></picture>", {"image c"}},
          {"<picture><img src=c><source srcset=a></picture>", {"image c"}},
          {"<picture><source srcset=a><img src=c><img src=d></picture>", {"image a"}},
          {"<picture><source srcset=a></picture><img src=c>", {"image c"}},
          {"<picture><source srcset=data:x><img src=c></picture>", {}},
          {"<picture><source srcset=a><img loading=lazy src=c></picture>", {"image lazy a"}},
          {"<picture><source srcset='a 400w, b 1600w' sizes=400px><img "
           "src=c></picture>",
           {"image a"}},
          {"<source srcset=a><source src=b>", {}},
      },
      {});
}

TEST(DocumentReferences, the_source_set_of_a_picture_counts_for_its_own_img_only) {
  const References references = extract("<picture><source srcset=a><span><img src=c></span></picture>");
  EXPECT_EQ(lines_of(references.references), (Lines{"image c"}));
}

TEST(DocumentReferences, auto_sizes_take_the_width_attribute_of_a_lazy_image) {
  expect_lines({{"<img loading=lazy sizes=auto width=300 srcset='a 300w, b 2000w'>", {"image lazy a"}},
                {"<img sizes='auto, 100vw' width=300 srcset='a 300w, b 2000w'>", {"image b"}}},
               {});
}

TEST(DocumentReferences, media) {
  expect_lines(
      {
          {"<video src=a.mp4 poster=p.png></video>", {"video a.mp4", "image p.png"}},
          {"<video><source src=a.flv type=video/x-flv><source src=b.webm "
           "type='video/webm; codecs=vp9'>"
           "<source src=c.mp4></video>",
           {"video b.webm"}},
          {"<video src=a><source src=b></video><source src=c>", {"video a"}},
          {"<video src><source src=b></video>", {}},
          {"<video><source media='(max-width: 100px)' src=small><source "
           "src=big></video>",
           {"video big"}},
          {"<audio><source src=a.ogg></audio>", {"audio a.ogg"}},
          {"<audio preload=none src=a></audio><video preload=NONE><source "
           "src=b></video>",
           {}},
          {"<video preload=none autoplay muted src=a></video>", {"video a"}},
          {"<video preload=none autoplay src=a></video>", {}},
          {"<video src=a><track src=t><track default src=u></video><track "
           "default src=v>",
           {"video a", "track u"}},
          {"<video><img src=fallback></video>", {"image fallback"}},
          {"<bgsound src=a.mid>", {}},
          {"<embed src=a.pdf><embed src=a.swf><embed src=b "
           "type=application/x-shockwave-flash>",
           {"object a.pdf"}},
          {"<object data=a.svg type=image/svg+xml><embed src=b.svg></object>", {"object a.svg"}},
          {"<object data=a.swf><embed src=b.png><img src=c></object>", {"object b.png", "image c"}},
          {"<object data=a.png classid=x></object><object></object>", {}},
          {"<object data=a.png><object data=b.png></object></object><embed "
           "src=c.png>",
           {"object a.png", "object c.png"}},
      },
      {});
  expect_lines({{"<video preload=none src=a><source src=b "
                 "type=video/x-flv><track src=t></video>",
                 {"video a", "video b", "track t"}},
                {"<object data=a.swf><embed src=b.swf></object>", {"object a.swf", "object b.swf"}}},
               everything());
}

TEST(DocumentReferences, frames) {
  expect_lines({{"<iframe src=a.html></iframe>", {"frame a.html"}},
                {"<iframe src=about:blank></iframe><iframe></iframe><iframe "
                 "src=''></iframe>",
                 {}},
                {"<iframe src=a loading=lazy></iframe>", {"frame lazy a"}},
                {"<iframe src='#x'></iframe><iframe src=page.html></iframe>", {}},
                {"<iframe><img src=a></iframe>", {}}},
               {});
  EXPECT_EQ(lines_of(extract("<frameset><frame src=a><frame src=b></frameset>").references),
            (Lines{"frame a", "frame b"}));
}

TEST(DocumentReferences, srcdoc_is_a_document_of_its_own) {
  expect_lines(
      {
          {"<iframe src=x srcdoc='<img src=a.png>'></iframe><img src=b.png>", {"image a.png", "image b.png"}},
          {"<base href=/other/><iframe srcdoc='<img src=a>'></iframe>", {"image http://host/other/a"}},
          {"<iframe srcdoc='<base href=/in/><img src=a>'></iframe><img src=b>", {"image http://host/in/a", "image b"}},
          {"<iframe srcdoc='&lt;img src=a&amp;amp;b>'></iframe>", {"image a&b"}},
          {"<iframe srcdoc=\"<iframe srcdoc='<img "
           "src=deep>'></iframe>\"></iframe>",
           {"image deep"}},
          {"<iframe srcdoc></iframe>", {}},
      },
      {});
}

TEST(DocumentReferences, srcdoc_nests_to_a_depth) {
  std::string inner = "<img src=a>";
  for (int depth = 1; depth <= 5; ++depth) {
    std::string escaped;
    for (const char c : inner) escaped += c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
    inner = "<iframe srcdoc=\"" + escaped + "\"></iframe>";
    const Lines expected = depth <= 4 ? Lines{"image a"} : Lines{};
    EXPECT_EQ(lines_of(extract(inner).references), expected) << depth;
    EXPECT_EQ(lines_of(scan(inner)), expected) << depth;
  }
}

TEST(DocumentReferences, scripts) {
  expect_lines(
      {
          {"<script src=a></script><script>var x = '<img src=b>'</script>", {"script a"}},
          {"<script type=module src=a></script><script type=text/javascript "
           "src=b></script>"
           "<script type='' src=c></script><script language=JavaScript "
           "src=d></script>",
           {"script a", "script b", "script c", "script d"}},
          {"<script type=application/json src=a></script><script "
           "type=importmap src=b></script>"
           "<script type=text/template src=c></script><script "
           "language=vbscript src=d></script>"
           "<script type='text/javascript; charset=utf-8' src=e></script>",
           {}},
          {"<script nomodule src=a></script><script nomodule type=module "
           "src=b></script>",
           {"script b"}},
          {"<script for=window event=onload src=a></script><script for=x "
           "event=onclick src=b></script>",
           {"script a", "script b"}},
          {"<svg><script href=a></script><script xlink:href=b></script></svg>", {"script a", "script b"}},
      },
      {});
  expect_lines({{"<script src=a></script><link rel=modulepreload href=b><link "
                 "rel=preload as=script href=c>",
                 {}}},
               without_scripting());
  expect_lines({{"<script src=a></script><script nomodule src=b></script>", {"script a", "script b"}}}, everything());
}

TEST(DocumentReferences, links) {
  expect_lines(
      {
          {"<link rel=stylesheet href=a.css><link rel='StyleSheet foo' "
           "href=b.css>",
           {"style a.css", "style b.css"}},
          {"<link rel=stylesheet href=p.css media=print>", {"style p.css"}},
          {"<link rel=stylesheet href=d.css disabled><link rel=stylesheet "
           "href=><link rel=stylesheet>",
           {}},
          {"<link rel='alternate stylesheet' href=a.css><link rel='alternate "
           "stylesheet' title=t href=b.css>",
           {"style a.css", "style b.css"}},
          {"<link rel=stylesheet type=text/less href=a><link rel=stylesheet "
           "type='text/css; x' href=b>",
           {"style b"}},
          {"<link rel=alternate href=feed><link rel=canonical href=x><link "
           "href=y><link rel=next href=z>",
           {}},
          {"<link rel='shortcut icon' href=a><link rel=apple-touch-icon "
           "href=b><link rel=mask-icon href=c>",
           {"icon a", "icon b", "icon c"}},
          {"<link rel=manifest href=a><link rel=prefetch href=b><link "
           "rel=modulepreload href=c>",
           {"prefetch b", "script c"}},
          {"<link rel=preload as=font href=a crossorigin><link rel=preload "
           "as=image href=b>"
           "<link rel=preload as=style href=c><link rel=preload as=fetch "
           "href=d><link rel=preload as=script href=e>",
           {"font a", "image b", "style c", "preload d", "script e"}},
          {"<link rel=preload href=a><link rel=preload as=nonsense href=b>"
           "<link rel=preload as=image media='(max-width: 10px)' href=c>"
           "<link rel=preload as=image type=image/jxl href=d><link rel=preload "
           "as=font type=font/woff2 href=e>",
           {"font e"}},
          {"<link rel=preload as=video href=a><link rel=preload as=audio href=b><link rel=preload as=json href=c>"
           "<link rel=preload as=track href=d><link rel=compression-dictionary href=e>",
           {"track d", "prefetch e"}},
          {"<link rel=preload as=image href=a imagesrcset='b 640w, c 1280w' "
           "imagesizes=50vw>",
           {"image b"}},
          {"<link rel=preconnect href=//x><link rel=dns-prefetch href=//y>", {}},
      },
      {});
}

TEST(DocumentReferences, styles) {
  expect_lines(
      {
          {"<style>@import 'a.css'; q { background: url(b.png) }</style>", {"style a.css"}},
          {"<style type=text/plain>@import 'a.css'</style><style "
           "type=TEXT/CSS>@import 'b.css'</style>",
           {"style b.css"}},
          {"<style media=print>@import 'a.css'; p { background: url(b.png) "
           "}</style>",
           {"style a.css"}},
          {"<div style=\"background-image: url('a.png')\">", {"image a.png"}},
          {"<div style='background: url(&quot;a.png&quot;) , url(b.png)'>", {"image a.png", "image b.png"}},
          {"<div hidden style='background: url(a.png)'><p "
           "style='display:none;background: url(b.png)'>",
           {}},
          {"<div hidden=until-found style='background: url(a.png)'>", {"image a.png"}},
      },
      {});
  // Which rules of a sheet are used the tree knows, and not the scanner.
  const std::string sheet =
      "<svg><style>rect { background: url(a.png) } body { background: url(b.png) }</style><rect></svg>";
  EXPECT_EQ(lines_of(extract(sheet).references), (Lines{"image a.png", "image b.png"}));
  EXPECT_EQ(lines_of(scan(sheet, {})), Lines{});
}

TEST(DocumentReferences, a_manifest_is_not_fetched_while_a_page_loads_but_named_on_request) {
  ReferenceOptions options;
  EXPECT_EQ(lines_of(extract("<link rel=manifest href=a>", options).references), Lines{});
  options.manifests = true;
  EXPECT_EQ(lines_of(extract("<link rel=manifest href=a>", options).references), Lines{"manifest a"});
  EXPECT_EQ(lines_of(extract("<link rel=manifest href=a>", everything()).references), Lines{"manifest a"});
}

TEST(DocumentReferences, what_is_inside_a_hidden_element_is_not_painted) {
  const References references = extract(
      "<div style='color:red; DISPLAY : none'><p style='background: "
      "url(a.png)'><img src=b><embed src=c.png></div>"
      "<p style='background: url(d.png)'>");
  EXPECT_EQ(lines_of(references.references), (Lines{"image b", "image d.png"}));
}

TEST(DocumentReferences, what_is_inert_is_not_fetched) {
  expect_lines({{"<template><img src=a><template></template><img src=b></template><img "
                 "src=c>",
                 {"image c"}},
                {"<div><template shadowrootmode=open><img src=a></template></div>", {"image a"}},
                {"<noscript><img src=a><link rel=stylesheet href=b></noscript><img "
                 "src=c>",
                 {"image c"}},
                {"<!-- <img src=a> --><textarea><img src=b></textarea><xmp><img "
                 "src=c></xmp>",
                 {}},
                {"<meta http-equiv=refresh content='0; url=a'><a href=b "
                 "ping=c>x</a><form action=d></form>"
                 "<q cite=e></q><img longdesc=f usemap='#g'>",
                 {}}},
               {});
}

TEST(DocumentReferences, noscript_in_the_head_does_not_leak_and_does_not_end_the_head) {
  const char* const html =
      "<head><noscript><img src=pixel.gif></noscript><title>t</title><base "
      "href=/b/></head><body><img src=a>";
  expect_lines({{html, {"image http://host/b/a"}}}, {});
  EXPECT_EQ(extract(html).title, "t");
  expect_lines({{"<head><noscript><link rel=stylesheet "
                 "href=a></noscript></head><body><noscript><img src=b></noscript>"
                 "<img loading=lazy src=c>",
                 {"style a", "image b", "image c"}}},
               without_scripting());
  expect_lines({{"<noscript><img src=a></noscript><script src=b></script>", {"image a", "script b"}}}, everything());
}

TEST(DocumentReferences, resolve_against_the_first_base_with_an_href) {
  expect_lines({{"<base target=x><base href=http://first/x/><base "
                 "href=http://second/><img src=a>",
                 {"image http://first/x/a"}},
                {"<base href=sub/><img src=a>", {"image sub/a"}},
                {"<base href=data:text/plain,x><img src=a>", {"image a"}},
                {"<base href='http://[bad'><base href=http://second/><img src=a>", {"image a"}},
                {"<svg><base href=http://x/></svg><template><base "
                 "href=http://y/></template><img src=a>",
                 {"image a"}}},
               {});
  EXPECT_EQ(extract("<base href=sub/>").base_url, "http://host/dir/sub/");
}

TEST(DocumentReferences, a_base_counts_for_what_comes_after_it) {
  expect_lines(
      {{"<img src=a><base href=/b/><img src=c>", {"image a", "image http://host/b/c"}},
       {"<link rel=stylesheet href=a><base href=/b/><script src=c></script>", {"style a", "script http://host/b/c"}}},
      {});
  EXPECT_EQ(
      lines_of(
          extract("<style>p{background:url(a)}</style><base href=/b/><p>x<i style='background:url(c)'>x").references),
      (Lines{"image a", "image http://host/b/c"}));
}

TEST(DocumentReferences, auto_sizes_are_the_whole_width_where_the_image_is_not_lazy) {
  expect_lines({{"<img sizes='auto, 300px' srcset='a 300w, b 1280w'>", {"image b"}},
                {"<img sizes='300px, auto' srcset='a 300w, b 1280w'>", {"image a"}},
                {"<img loading=lazy width=300 sizes='AUTO,100vw' srcset='a 300w, b 1280w'>", {"image lazy a"}}},
               {});
}

TEST(DocumentReferences, what_is_lazy_and_not_displayed_is_not_asked_for) {
  const char* const html = "<div hidden><img loading=lazy src=a><img src=b><iframe loading=lazy src=c></iframe></div>";
  EXPECT_EQ(lines_of(extract(html).references), (Lines{"image b"}));
  EXPECT_EQ(lines_of(extract(html, test::without_scripting()).references), (Lines{"image a", "image b", "frame c"}));
  EXPECT_EQ(lines_of(extract("<img loading=lazy style='display:none' src=a><embed hidden src=b>").references),
            (Lines{"object b"}));
}

TEST(DocumentReferences, a_source_whose_codecs_no_browser_has_is_passed_over) {
  expect_lines(
      {{"<video><source src=a type='video/mp4; codecs=\"hvc1\"'><source src=b type=video/webm></video>", {"video b"}},
       {"<video><source src=a type='video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"'><source src=b></video>", {"video a"}},
       {"<video><source src=a type='video/webm;codecs=vp9,opus'><source src=b></video>", {"video a"}},
       {"<video><source src=a type='video/ogg; codecs=\"theora, vorbis\"'><source src=b></video>", {"video b"}},
       {"<video><source src=a type='video/mp4; codecs=\"\"'><source src=b></video>", {"video a"}}},
      {});
}

TEST(DocumentReferences, of_style_elements_with_titles_those_of_the_first_title_are_shown) {
  const char* const html =
      "<style title=One>p{background:url(a)}</style><style title=Two>p{border-image:url(b)}</style>"
      "<style title=One>p{cursor:url(c),auto}</style><style>p{mask:url(d)}</style><p>x";
  EXPECT_EQ(lines_of(extract(html).references), (Lines{"image a", "image c", "image d"}));
  const References linked =
      extract("<link rel=stylesheet title=One href=s><style title=Two>p{background:url(a)}</style><p>x");
  EXPECT_EQ(lines_of(linked.references), (Lines{"style s"}));
}

TEST(DocumentReferences, titles_are_collapsed_and_cut_between_characters) {
  EXPECT_EQ(extract("<svg><title>no</title></svg><title> a\n &amp;\t b "
                    "</title><title>c</title>")
                .title,
            "a & b");
  std::string title;
  for (int i = 0; i < 151; ++i) title += "\xC3\xA9";
  EXPECT_EQ(extract("<title>" + title + "</title>").title, title.substr(0, 300));
  EXPECT_EQ(extract("<title>a" + title + "</title>").title, "a" + title.substr(0, 298));
  EXPECT_EQ(extract("<p>").title, "");
}

TEST(DocumentReferences, are_found_once_in_markup_that_the_parser_reorders) {
  const References references = extract(
      "<table><b style='background:url(x)'><img src=a><tr><td><img "
      "src=b></b><img src=c>");
  EXPECT_EQ(lines_of(references.references), (Lines{"image x", "image a", "image b", "image c"}));
}

}  // namespace
}  // namespace pagehaul
