#include "engine/ftp_listing.h"

#include <gtest/gtest.h>

#include "engine/ftp_path.h"
#include "engine/ftp_reply.h"

namespace pagehaul {
namespace {

using namespace std::chrono;
using Type = FtpEntry::Type;

const system_clock::time_point kNow = sys_days(2026y / March / 10) + 12h;

TEST(FtpListing, MlsdFactsAreRead) {
  const auto entry = parse_mlsd_line("Type=file;SIZE=1234;modify=20250102030405.678;UNIX.mode=0644;x=y; a name;b");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "a name;b");
  EXPECT_EQ(entry->type, Type::File);
  EXPECT_EQ(entry->size, 1234U);
  EXPECT_EQ(entry->permissions, "0644");
  EXPECT_EQ(entry->modified, sys_days(2025y / January / 2) + 3h + 4min + 5s + 678ms);
  EXPECT_TRUE(entry->exact_time);
}

TEST(FtpListing, MlsdNamesItsLinks) {
  const auto entry = parse_mlsd_line("type=OS.unix=slink:/target;size=5; l");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->type, Type::Link);
  EXPECT_EQ(entry->link_target, "/target");
  EXPECT_FALSE(entry->size);
}

TEST(FtpListing, TheDirectoryItselfAndNonsenseAreNoEntries) {
  for (const char* line : {"type=cdir; .", "type=pdir; ..", "type=dir; x/..", "", "x", "nonsense here", "type=file;"})
    EXPECT_FALSE(parse_mlsd_line(line)) << line;
  for (const char* line : {"", "total 12", "drwxr-xr-x 2 o g 1 Jan 5 2020 .", "-rw", "-rw-r--r-- 1 o g x Jan 5 2020 n",
                           "-rw-r--r-- 1 o g 5 Foo 5 2020 n", "-rw-r--r-- 1 o g 5 Jan 32 2020 n",
                           "01-32-20 10:00AM 5 n", "01-02-20 13:00PM 5 n", "01-02-20 10:00AM <ODD> n", "12 entries"})
    EXPECT_FALSE(parse_list_line(line, kNow)) << line;
}

TEST(FtpListing, UnixLinesAreReadWithAndWithoutAGroup) {
  for (const char* line :
       {"-rwxr-x---   1 owner group   1234 Jan  5  2020 a file", "-rwxr-x---   1 owner   1234 Jan  5  2020 a file"}) {
    const auto entry = parse_list_line(line, kNow);
    ASSERT_TRUE(entry) << line;
    EXPECT_EQ(entry->name, "a file");
    EXPECT_EQ(entry->size, 1234U);
    EXPECT_EQ(entry->permissions, "rwxr-x---");
    EXPECT_EQ(entry->modified, sys_days(2020y / January / 5));
    EXPECT_FALSE(entry->exact_time);
  }
  EXPECT_EQ(parse_list_line("-rw-r--r-- 1 0 0 7 Jan 5 2020  blank first", kNow)->name, " blank first");
  EXPECT_EQ(parse_list_line("crw-rw-rw- 1 0 0 1, 3 Jan 5 2020 null", kNow)->type, Type::Other);
}

TEST(FtpListing, ADateWithoutAYearIsItsLastTime) {
  const auto time_of = [](const std::string& date) {
    return parse_list_line("-rw-r--r-- 1 o g 5 " + date + " n", kNow)->modified;
  };
  EXPECT_EQ(time_of("Mar 10 11:59"), sys_days(2026y / March / 10) + 11h + 59min);
  EXPECT_EQ(time_of("Mar 11 11:59"), sys_days(2026y / March / 11) + 11h + 59min);  // the server's clock is ahead
  EXPECT_EQ(time_of("Mar 11 12:01"), sys_days(2025y / March / 11) + 12h + 1min);
  EXPECT_EQ(time_of("Feb 29 00:00"), sys_days(2024y / February / 29));
}

TEST(FtpListing, DosLinesAreRead) {
  const auto directory = parse_list_line("02-27-20  10:12PM       <DIR>          some where", kNow);
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->name, "some where");
  EXPECT_EQ(directory->type, Type::Directory);
  EXPECT_EQ(directory->modified, sys_days(2020y / February / 27) + 22h + 12min);
  const auto file = parse_list_line("02-27-1999  12:05AM  77 f.txt", kNow);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size, 77U);
  EXPECT_EQ(file->modified, sys_days(1999y / February / 27) + 5min);
}

TEST(FtpListing, ItMayBeCutAnywhere) {
  const std::string text = "type=file; a\r\ntype=dir; b\ntype=file; c";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::string names;
    FtpListingReader reader(FtpListingReader::Format::Mlsd, {1000, 10}, kNow,
                            [&names](FtpEntry&& entry) { names += entry.name; });
    EXPECT_TRUE(reader.feed(text.substr(0, cut)).ok());
    EXPECT_TRUE(reader.feed(text.substr(cut)).ok());
    EXPECT_TRUE(reader.finish().ok());
    EXPECT_EQ(names, "abc") << cut;
  }
}

TEST(FtpListing, ALineHasALimit) {
  FtpListingReader reader(FtpListingReader::Format::Mlsd, {1000, 10, 20}, kNow, [](FtpEntry&&) {});
  EXPECT_TRUE(reader.feed(std::string(20, 'x') + "\n").ok());
  EXPECT_EQ(reader.feed(std::string(21, 'x')).kind(), ErrorKind::LimitReached);
}

TEST(FtpPath, PathsAreResolvedAsText) {
  EXPECT_EQ(resolve_ftp_path("/a/b", "c"), "/a/b/c");
  EXPECT_EQ(resolve_ftp_path("/a/b", "../c/./d//e"), "/a/c/d/e");
  EXPECT_EQ(resolve_ftp_path("/a", "/x/"), "/x");
  EXPECT_EQ(resolve_ftp_path("/a", "../../../.."), "/");
  EXPECT_EQ(resolve_ftp_path("/a", ""), "/a");
  EXPECT_EQ(resolve_ftp_path("", "x"), "x");
  EXPECT_EQ(resolve_ftp_path("", ""), "");
  EXPECT_EQ(resolve_ftp_path("d", "../../x"), "../x");
  EXPECT_EQ(resolve_ftp_path("", "-la"), "./-la");
}

TEST(FtpPath, WhatAUrlCouldTakeForSomethingElseIsEncoded) {
  EXPECT_EQ(encode_ftp_path("/a b/%41;type=a?#\n"), "/a%20b/%2541%3Btype%3Da%3F%23%0A");
}

TEST(FtpPath, TheDirectoryOfAReplyIsUnquoted) {
  EXPECT_EQ(quoted_ftp_path("\"/a\"\"b\" is here"), "/a\"b");
  for (const char* reply : {"", "none", "\"open", "\"\""}) EXPECT_FALSE(quoted_ftp_path(reply)) << reply;
}

TEST(FtpReply, RepliesOfSeveralLinesAreOne) {
  FtpReplyReader reader;
  EXPECT_FALSE(reader.line("250-first\r\n"));
  EXPECT_FALSE(reader.line(" more 123\r\n"));
  const auto reply = reader.line("250 last\r\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->code, 250);
  EXPECT_EQ(reply->text, "first\n more 123\nlast");
  EXPECT_EQ(reader.line("226")->code, 226);
}

TEST(FtpReply, SizesAndTimesAreReadStrictly) {
  EXPECT_EQ(ftp_size("0"), 0U);
  EXPECT_EQ(ftp_size("9223372036854775807"), 9223372036854775807U);
  for (const char* bad : {"", "-1", "9223372036854775808", "99999999999999999999", "5 bytes"})
    EXPECT_FALSE(ftp_size(bad)) << bad;
  EXPECT_EQ(ftp_time("20240229235960"), sys_days(2024y / March / 1));
  for (const char* bad : {"", "20230229000000", "20240101246060", "2024010100000", "20240101000000.x"})
    EXPECT_FALSE(ftp_time(bad)) << bad;
}

}  // namespace
}  // namespace pagehaul
