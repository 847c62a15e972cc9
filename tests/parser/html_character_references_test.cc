#include "html/character_references.h"

#include <gtest/gtest.h>

#include <string>

namespace pagehaul::html {
namespace {

TEST(AttributeValue, character_references_are_decoded_as_the_standard_says) {
  const struct {
    std::string_view raw;
    std::string_view decoded;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"a&amp;b", "a&b"},
      {"a&ampb", "a&ampb"},  // "for historical reasons"
      {"a&amp=b", "a&amp=b"},
      {"a&amp b", "a& b"},
      {"a&amp", "a&"},
      {"?x=1&copy=2", "?x=1&copy=2"},
      {"?x=1&copy;=2", "?x=1\u00a9=2"},
      {"?x=1&b=2&c", "?x=1&b=2&c"},
      {"&notin;", "\u2209"},
      {"&notit;", "&notit;"},  // &not, then a letter
      {"&not;it", "\u00acit"},
      {"&NotEqualTilde;", "\u2242\u0338"},
      {"&CounterClockwiseContourIntegral;", "\u2233"},
      {"&", "&"},
      {"&&amp;&", "&&&"},
      {"&;", "&;"},
      {"&#38;", "&"},
      {"&#38", "&"},
      {"&#x26;", "&"},
      {"&#X2f", "/"},
      {"&#x", "&#x"},
      {"&#;", "&#;"},
      {"&#0;", "\ufffd"},
      {"&#x80;", "\u20ac"},
      {"&#xD800;", "\ufffd"},
      {"&#x110000;", "\ufffd"},
      {"&#99999999999999999999999;", "\ufffd"},
      {"&#x1F600;", "\U0001F600"},
      {"a\r\nb\rc", "a\nb\nc"},
      {std::string_view("a\0b", 3),
       "a\ufffd"
       "b"},
  };
  for (const auto& test : cases) EXPECT_EQ(decode_attribute_value(test.raw), test.decoded) << test.raw;
}

TEST(ValuePositions, lead_from_the_decoded_value_back_to_the_written_one) {
  const std::string raw = "a&amp;b\r\nc&NotEqualTilde;d";
  const std::string decoded = decode_attribute_value(raw);
  ValuePositions positions(raw);
  for (const char c : std::string_view("abcd")) {
    EXPECT_EQ(raw[positions.raw_position(decoded.find(c))], c);
  }
  EXPECT_EQ(positions.raw_position(decoded.size()), raw.size());
}

TEST(AttributeValue, a_megabyte_of_ampersands_takes_linear_time) {
  const std::string raw(1 << 20, '&');
  EXPECT_EQ(decode_attribute_value(raw), raw);
}

}  // namespace
}  // namespace pagehaul::html
