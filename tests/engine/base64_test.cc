#include "engine/base64.h"

#include <gtest/gtest.h>

namespace pagehaul {
namespace {

TEST(Base64, reads_the_vectors_of_rfc_4648) {
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(from_base64("Zg=="), "f");
  EXPECT_EQ(from_base64("Zm8="), "fo");
  EXPECT_EQ(from_base64("Zm9v"), "foo");
  EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
  EXPECT_EQ(from_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(from_base64("+/+/"), "\xFB\xFF\xBF");
}

TEST(Base64, passes_over_white_space_wherever_it_stands) {
  EXPECT_EQ(from_base64("\r\nZm 9v\tY\nm\nF y\n"), "foobar");
  EXPECT_EQ(from_base64("Z g = \n="), "f");
}

TEST(Base64, refuses_what_is_not_well_formed) {
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zg==Zg==", "Zm9v!", "Zm9vYm-y", "=Zm9", "Zm=v"})
    EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace pagehaul
