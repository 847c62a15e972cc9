// What of a document that still arrives is read before it is whole.

#include <gtest/gtest.h>

#include <algorithm>

#include "page/document_reader.h"

namespace pagehaul {
namespace {

std::string prefix_of(std::string_view text) {
  auto reader =
      DocumentReader::create(DocumentReader::Language::Html, *Url::parse("http://host/"), "text/html", "", {}, "");
  std::vector<Reference> found;
  EXPECT_TRUE((*reader)->feed(text, found).ok());
  return (*reader)->prefix();
}

TEST(DocumentPrefix, EndsBeforeAStyleElementThatIsNotWhole) {
  EXPECT_EQ(prefix_of("<p>1</p><style>p { background: url(half"), "<p>1</p>");
  EXPECT_EQ(prefix_of("<p>1</p><STYLE>p { background: url(half)</sty"), "<p>1</p>");
  EXPECT_EQ(prefix_of("<style>a{}</style><p>1</p><svg><Style"), "<style>a{}</style><p>1</p><svg>");
  EXPECT_EQ(prefix_of("<style>a{}</Style><p>1"), "<style>a{}</Style><p>1");
  EXPECT_EQ(prefix_of("<p>no style"), "<p>no style");
  EXPECT_EQ(prefix_of(""), "");
}

TEST(DocumentPrefix, NamesNothingThatIsCutInTwo) {
  const std::string_view document =
      "<!doctype html><style>p { background: url(back.png) }</style><p style='background: url(own.png)'>"
      "<img src=image.png><video poster=poster.png></video>";
  auto whole =
      DocumentReader::create(DocumentReader::Language::Html, *Url::parse("http://host/"), "text/html", "", {}, "");
  const std::vector<Reference> all = (*whole)->read_prefix(document)->references().references;
  std::size_t named = 0;
  for (std::size_t length = 0; length <= document.size(); ++length) {
    const auto document_so_far = (*whole)->read_prefix(prefix_of(document.substr(0, length)));
    for (const Reference& reference : document_so_far->references().references) {
      const bool known = std::any_of(all.begin(), all.end(),
                                     [&reference](const Reference& other) { return other.url == reference.url; });
      // The cascade's winner can change with what comes; a URL that nobody wrote may not appear.
      EXPECT_TRUE(known || reference.url == "http://host/back.png") << length << " " << reference.url;
      ++named;
    }
  }
  EXPECT_GT(named, 50U);
}

}  // namespace
}  // namespace pagehaul
