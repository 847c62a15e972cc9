#include <gtest/gtest.h>

#include <string>

#include "pagehaul/encoding.h"

namespace pagehaul {
namespace {

using namespace std::string_literals;

std::string prescan(std::string_view bytes) {
  return std::string(prescan_html(bytes).value_or("-"));
}

TEST(BomSniff, FindsTheThreeMarks) {
  const auto check = [](std::string_view bytes, std::string_view encoding, std::size_t length) {
    const auto bom = sniff_bom(bytes);
    ASSERT_TRUE(bom) << bytes;
    EXPECT_EQ(bom->encoding, encoding);
    EXPECT_EQ(bom->length, length);
  };
  check("\xEF\xBB\xBF<", "utf-8", 3);
  check("\xFE\xFF", "utf-16be", 2);
  check("\xFF\xFE", "utf-16le", 2);
  check("\xFF\xFE\0\0"s, "utf-16le", 2);
  for (const std::string_view bytes : {"", "\xEF\xBB", "\xEF", "\xFE", "\xFF", " \xEF\xBB\xBF", "\xBF\xBB\xEF"}) {
    EXPECT_FALSE(sniff_bom(bytes)) << bytes;
  }
}

TEST(ContentTypeCharset, IsExtractedFromTheMimeType) {
  struct Row {
    const char* content_type;
    const char* charset;  // null: none
  };
  for (const Row& row : {
           Row{"text/html;charset=utf-8", "utf-8"},
           {"text/html; charset=UTF-8", "UTF-8"},
           {"Text/HTML ; CharSet=latin1 ; x=y", "latin1"},
           {"text/html;charset=\"utf-8\"", "utf-8"},
           {"text/html;charset=\"u\\tf-8\"", "utf-8"},
           {"text/html;charset=\"utf-8\"junk;x=y", "utf-8"},
           {"text/html;charset=\"utf-8", "utf-8"},
           {"text/html;charset=\"a;b\"", "a;b"},
           {"text/html;charset=\"\"", ""},
           {"text/html;charset='utf-8'", "'utf-8'"},
           {"text/html;x=\";charset=gbk\";charset=big5", "big5"},
           {"text/html;charset=gbk;charset=big5", "gbk"},
           {"text/html;charset;charset=big5", "big5"},
           {"text/html;charset=;charset=big5", "big5"},
           {"text/html;charset =big5", nullptr},
           {"text/html;charset= big5", " big5"},
           {"text/html;;;charset=big5", "big5"},
           {"\t text/html\t;\tcharset=big5\t", "big5"},
           {"text/html", nullptr},
           {"text/html;charset", nullptr},
           {"text/html;charset=", nullptr},
           {"text/html charset=utf-8", nullptr},
           {"charset=utf-8", nullptr},
           {";charset=utf-8", nullptr},
           {"text;charset=utf-8", nullptr},
           {"/html;charset=utf-8", nullptr},
           {"text/;charset=utf-8", nullptr},
           {"", nullptr},
           {"text/html;charset=gbk, text/html", "gbk"},
           {"text/html;charset=gbk, text/plain", nullptr},
           {"text/html;charset=gbk, text/html;charset=big5", "big5"},
           {"text/html;charset=gbk, */*;charset=big5", "gbk"},
           {"text/html;charset=gbk, junk", "gbk"},
           {"text/html;x=\",\";charset=gbk", "gbk"},
           {"text/html;charset=a\x7f", nullptr},
       }) {
    const auto charset = charset_of_content_type(row.content_type);
    EXPECT_EQ(charset.has_value(), row.charset != nullptr) << row.content_type;
    if (charset && row.charset != nullptr) {
      EXPECT_EQ(*charset, row.charset) << row.content_type;
    }
  }
}

TEST(HtmlPrescan, ReadsMetaElements) {
  struct Row {
    const char* html;
    const char* encoding;
  };
  for (const Row& row : {
           Row{"<meta charset=gbk>", "gbk"},
           {"<META CHARSET=GBK>", "gbk"},
           {"<meta charset='gbk'>", "gbk"},
           {"<meta charset=\"gbk\">", "gbk"},
           {"<meta charset = \n gbk >", "gbk"},
           {"<meta/charset=gbk>", "gbk"},
           {"<meta charset=gbk/>", "-"},
           {"<meta charset=\"gbk\"/>", "gbk"},
           {"<meta a b=c charset=gbk d>", "gbk"},
           {"<meta =charset=gbk>", "-"},
           {"<meta charset=gbk charset=big5>", "gbk"},
           {"<meta charset=bogus charset=big5>", "-"},
           {"<meta charset=bogus><meta charset=big5>", "big5"},
           {"<meta charset=>", "-"},
           {"<meta charset>", "-"},
           {"<meta>", "-"},
           {"<metax charset=gbk>", "-"},
           {"< meta charset=gbk>", "-"},
           {"<meta charset=utf-16>", "utf-8"},
           {"<meta charset=utf-16be>", "utf-8"},
           {"<meta charset=x-user-defined>", "windows-1252"},
           {"<meta charset=latin1>", "windows-1252"},
           {"<meta http-equiv=Content-Type content='text/html; charset=gbk'>", "gbk"},
           {"<meta content='text/html; charset=gbk' http-equiv=content-type>", "gbk"},
           {"<meta http-equiv=content-type content=text/html;charset=gbk>", "gbk"},
           {"<meta http-equiv=content-type content='text/html; charset=\"gbk\"'>", "gbk"},
           {"<meta http-equiv=content-type content='text/html; charset=\"gbk'>", "-"},
           {"<meta http-equiv=content-type content='charsetcharset = gbk;x'>", "gbk"},
           {"<meta http-equiv=content-type content='charset gbk charset=big5'>", "big5"},
           {"<meta http-equiv=content-type content='charset='>", "-"},
           {"<meta http-equiv=content-type content='charset=utf-16le'>", "utf-8"},
           {"<meta http-equiv=refresh content='text/html; charset=gbk'>", "-"},
           {"<meta content='text/html; charset=gbk'>", "-"},
           {"<meta http-equiv=content-type content='charset=bogus' charset=gbk>", "gbk"},
           {"<meta charset=bogus http-equiv=content-type content='charset=gbk'>", "-"},
           {"<meta http-equiv=content-type content='charset=gbk' charset=big5>", "big5"},
           {"<meta content='charset=gbk' charset=big5>", "big5"},
           {"<meta name=content-type content='charset=gbk'>", "-"},
       }) {
    EXPECT_EQ(prescan(row.html), row.encoding) << row.html;
  }
}

TEST(HtmlPrescan, SkipsWhatHidesAMeta) {
  struct Row {
    const char* html;
    const char* encoding;
  };
  for (const Row& row : {
           Row{"<!-- <meta charset=gbk> --><meta charset=big5>", "big5"},
           {"<!--><meta charset=gbk>-->", "gbk"},
           {"<!---><meta charset=gbk>", "gbk"},
           {"<!-- <meta charset=gbk>", "-"},
           {"<!-- > <meta charset=gbk> ->", "-"},
           {"<a title='<meta charset=gbk>'><meta charset=big5>", "big5"},
           {"<a title=\"><meta charset=gbk>\"><meta charset=big5>", "big5"},
           {"<a title='<meta charset=gbk>", "-"},
           {"</a title='<meta charset=gbk>'><meta charset=big5>", "big5"},
           {"<!doctype html '<meta charset=gbk>", "-"},
           {"<!doctype html><meta charset=gbk>", "gbk"},
           {"<? <meta charset=gbk>", "-"},
           {"<?php ?><meta charset=gbk>", "gbk"},
           {"</ ><meta charset=gbk>", "gbk"},
           {"<title><meta charset=gbk></title>", "gbk"},
           {"<script>'<meta charset=gbk>'</script>", "gbk"},
           {"< <<meta charset=gbk>", "gbk"},
           {"<1><meta charset=gbk>", "gbk"},
           {"x=y <meta charset=gbk>", "gbk"},
           {"<meta charset=gbk", "-"},
           {"<meta charset='gbk", "-"},
           {"<meta charset='gbk'", "-"},
           {"<meta charset", "-"},
           {"<meta", "-"},
           {"<", "-"},
           {"", "-"},
       }) {
    EXPECT_EQ(prescan(row.html), row.encoding) << row.html;
  }
}

TEST(HtmlPrescan, LooksAtExactly1024Bytes) {
  const std::string meta = "<meta charset=gbk>";
  EXPECT_EQ(prescan(std::string(1024 - meta.size(), ' ') + meta), "gbk");
  EXPECT_EQ(prescan(std::string(1025 - meta.size(), ' ') + meta), "-");
}

TEST(HtmlPrescan, ReadsXmlDeclarations) {
  EXPECT_EQ(prescan("<\0?\0x\0m\0"s), "utf-16le");
  EXPECT_EQ(prescan("\0<\0?\0x\0m"s), "utf-16be");
  EXPECT_EQ(prescan("<?xml version='1.0' encoding='gbk'?>"), "gbk");
  EXPECT_EQ(prescan("<?xml encoding = \"gbk\" ?><html>"), "gbk");
  EXPECT_EQ(prescan("<?xml encoding='gbk'?><meta charset=big5>"), "big5");
  EXPECT_EQ(prescan("<?xml encoding='utf-16'?>"), "utf-8");
  EXPECT_EQ(prescan("<?xml encoding='g bk'?>"), "-");
  EXPECT_EQ(prescan("<?xml encoding=gbk?>"), "-");
  EXPECT_EQ(prescan("<?xml encoding='gbk?>"), "-");
  EXPECT_EQ(prescan("<?xml encoding='gbk'"), "-");
  EXPECT_EQ(prescan(" <?xml encoding='gbk'?>"), "-");
  EXPECT_EQ(prescan("<?xml version='1.0'?><p encoding='gbk'>"), "-");
}

TEST(HtmlEncoding, IsSniffedInTheStandardsOrder) {
  const std::string meta = "<meta charset=gbk>";
  EXPECT_EQ(sniff_html_encoding("\xEF\xBB\xBF" + meta, "text/html;charset=big5"), "utf-8");
  EXPECT_EQ(sniff_html_encoding("\xFF\xFE", "text/html;charset=big5"), "utf-16le");
  EXPECT_EQ(sniff_html_encoding(meta, "text/html;charset=big5"), "big5");
  EXPECT_EQ(sniff_html_encoding(meta, "text/html;charset=utf-16le"), "utf-16le");
  EXPECT_EQ(sniff_html_encoding(meta, "text/html;charset=bogus"), "gbk");
  EXPECT_EQ(sniff_html_encoding(meta, "", "euc-kr"), "gbk");
  EXPECT_EQ(sniff_html_encoding("<p>", "", "euc-kr"), "euc-kr");
  EXPECT_EQ(sniff_html_encoding("<p>", "", "utf-16be"), "windows-1252");
  EXPECT_EQ(sniff_html_encoding("<p>", "", "bogus"), "windows-1252");
  EXPECT_EQ(sniff_html_encoding("", ""), "windows-1252");
}

TEST(CssEncoding, IsSniffedInTheStandardsOrder) {
  const std::string rule = "@charset \"gbk\";";
  EXPECT_EQ(sniff_css_encoding("\xEF\xBB\xBF" + rule, "text/css;charset=big5"), "utf-8");
  EXPECT_EQ(sniff_css_encoding(rule, "text/css;charset=big5"), "big5");
  EXPECT_EQ(sniff_css_encoding(rule, "text/css;charset=bogus", "euc-kr"), "gbk");
  EXPECT_EQ(sniff_css_encoding("a{}", "text/css", "euc-kr"), "euc-kr");
  EXPECT_EQ(sniff_css_encoding("a{}", "text/css"), "utf-8");
}

TEST(CssEncoding, AtCharsetMustBeWrittenExactlySo) {
  for (const std::string_view css : {"@charset 'gbk';", "@charset  \"gbk\";", "@CHARSET \"gbk\";", " @charset \"gbk\";",
                                     "@charset \"gbk\" ;", "@charset \"gbk\"", "@charset \"gbk", "@charset \"bogus\";",
                                     "/**/@charset \"gbk\";", "@charset\"gbk\";", "@charset \"\";"}) {
    EXPECT_EQ(sniff_css_encoding(css, ""), "utf-8") << css;
  }
  EXPECT_EQ(sniff_css_encoding("@charset \"utf-16\";", "", "gbk"), "utf-8");
  EXPECT_EQ(sniff_css_encoding("@charset \"x-user-defined\";", ""), "x-user-defined");
  const std::string start = "@charset \"";
  const std::string end = "gbk\";";
  EXPECT_EQ(sniff_css_encoding(start + std::string(1024 - start.size() - end.size(), ' ') + end, ""), "gbk");
  EXPECT_EQ(sniff_css_encoding(start + std::string(1025 - start.size() - end.size(), ' ') + end, ""), "utf-8");
}

}  // namespace
}  // namespace pagehaul
