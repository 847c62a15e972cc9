// The bookkeeping of documents that wait for their sheets, without a socket.

#include "page/page_styles.h"

#include <gtest/gtest.h>

namespace pagehaul {
namespace {

Reading document(std::string_view html) {
  Reading reading;
  reading.document = PageDocument::read(html, *Url::parse("http://host/"), "text/html; charset=utf-8", {});
  return reading;
}
Reading sheet(std::string_view css) {
  Reading reading;
  reading.sheet = ReadSheet::read(css, *Url::parse("http://host/"), "text/css", {});
  return reading;
}
const auto kNothing = [](const std::string&) { return false; };

TEST(PageStyles, ADocumentWaitsForItsSheetsAndTheirImportsAndIsReadyOnce) {
  PageStyles styles(1 << 20);
  std::string pending = "http://host/a";
  const auto is_pending = [&pending](const std::string& url) { return url == pending; };
  styles.add_document(0, document("<link rel=stylesheet href=a><link rel=stylesheet href=p media=print>"));
  styles.add_document(1, document("<p>no sheets"));
  EXPECT_TRUE(styles.take_ready(is_pending).empty());
  styles.add_sheet("http://host/a", 2, sheet("@import 'b'; @import 'p2' print;"));
  pending = "http://host/b";
  EXPECT_TRUE(styles.take_ready(is_pending).empty());
  styles.add_sheet("http://host/b", 3, sheet(""));
  pending = "http://host/p";
  const auto ready = styles.take_ready(is_pending);
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready[0].id, 0U);
  EXPECT_EQ(ready[0].sheets.size(), 2U);
  EXPECT_TRUE(styles.take_ready(kNothing).empty());
}

TEST(PageStyles, WhatNoDocumentLinksIsUnclaimedOnce) {
  PageStyles styles(1 << 20);
  styles.add_document(0, document("<link rel=stylesheet href=a><link rel=stylesheet href=p media=print>"));
  styles.add_sheet("http://host/a", 1, sheet("x{background:url(1)}"));
  styles.add_sheet("http://host/p", 2, sheet("@import 'q';x{background:url(2)}"));
  styles.add_sheet("http://host/q", 3, sheet("x{background:url(3)}"));
  styles.add_sheet("http://host/free", 4, sheet("x{background:url(4)}"));
  EXPECT_EQ(styles.take_ready(kNothing).size(), 1U);
  const auto unclaimed = styles.take_unclaimed();
  ASSERT_EQ(unclaimed.size(), 1U);
  EXPECT_EQ(unclaimed[0].id, 4U);
  EXPECT_EQ(unclaimed[0].references.at(0).url, "http://host/4");
  EXPECT_TRUE(styles.take_unclaimed().empty());
}

TEST(PageStyles, AFirstPartClaimsNothingAndMakesWayForTheWhole) {
  const auto part = document("<link rel=stylesheet href=a>");
  const auto whole = document("<link rel=stylesheet href=a><p><link rel=stylesheet href=b>");
  const auto text = sheet("x{background:url(1)}");
  // Room for both documents' bytes is never needed at once.
  PageStyles styles(whole.memory_bytes() + text.memory_bytes());
  const auto pending = [](const std::string& url) { return url == "http://host/b"; };
  styles.add_sheet("http://host/a", 1, text);
  styles.add_document(0, part, PageStyles::Part::Prefix);
  const auto early = styles.take_ready(pending);
  ASSERT_EQ(early.size(), 1U);
  EXPECT_EQ(early[0].part, PageStyles::Part::Prefix);
  EXPECT_EQ(early[0].sheets.size(), 1U);
  styles.add_document(0, part, PageStyles::Part::Prefix);
  styles.add_document(0, whole);
  EXPECT_TRUE(styles.take_ready(pending).empty());
  const auto ready = styles.take_ready(kNothing);
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready[0].part, PageStyles::Part::Whole);
  EXPECT_EQ(ready[0].document.document, whole.document);

  PageStyles unfinished(1 << 20);
  unfinished.add_sheet("http://host/a", 1, text);
  unfinished.add_document(0, part, PageStyles::Part::Prefix);
  EXPECT_EQ(unfinished.take_ready(kNothing).size(), 1U);
  EXPECT_EQ(unfinished.take_unclaimed().size(), 1U) << "the whole document may not link it";
}

TEST(PageStyles, WhatIsOverTheLimitIsNotKeptAndCountsAsUnclaimed) {
  const auto linking = document("<link rel=stylesheet href=a>");
  const auto text = sheet("x{background:url(1)}");
  for (const bool fits : {true, false}) {
    PageStyles styles(linking.memory_bytes() + text.memory_bytes() - (fits ? 0 : 1));
    styles.add_document(0, linking);
    styles.add_sheet("http://host/a", 1, text);
    EXPECT_EQ(styles.take_ready(kNothing).at(0).sheets.size(), fits ? 1U : 0U);
    EXPECT_EQ(styles.take_unclaimed().size(), fits ? 0U : 1U);
  }
  PageStyles styles(linking.memory_bytes() - 1);
  styles.add_document(0, linking);
  EXPECT_TRUE(styles.take_ready(kNothing).empty());
}

}  // namespace
}  // namespace pagehaul
