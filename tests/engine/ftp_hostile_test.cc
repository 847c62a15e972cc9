// FTP servers that are hostile, old or broken, played by a script.

#include <gtest/gtest.h>

#include <atomic>

#include "pagehaul/ftp.h"
#include "support/event_recorder.h"
#include "support/scripted_ftp_server.h"

namespace pagehaul {
namespace {

using std::chrono::milliseconds;
using test_support::ScriptedFtpServer;
using Session = ScriptedFtpServer::Session;

bool begins(const std::string& text, std::string_view with) {
  return text.starts_with(with);
}

Completion list(const ScriptedFtpServer& server, FtpOptions options = {}, EngineOptions engine_options = {}) {
  Engine engine(std::move(engine_options));
  options.url = server.url();
  FtpConnection ftp(engine, std::move(options));
  return ftp.perform({FtpOperation::List, "/pub"});
}

// "227 ... (h1,h2,h3,h4,p1,p2)"
std::string pasv_reply(const std::string& address, std::uint16_t port) {
  return "227 go to (" + address + "," + std::to_string(port >> 8) + "," + std::to_string(port & 255) + ")";
}

TEST(FtpHostile, ADataConnectionNeverGoesToAnotherAddressThanTheServers) {
  // The bounce: PASV names 127.0.0.2, where something else might listen. The client comes to the server all the same.
  ScriptedFtpServer server([](Session& session, const std::string& command) {
    if (begins(command, "EPSV")) return session.reply("500 no"), true;
    if (begins(command, "PASV")) return session.reply(pasv_reply("127,0,0,2", session.open_data_port())), true;
    if (!begins(command, "MLSD")) return false;
    session.reply("150 comes");
    EXPECT_TRUE(session.send_data("type=file;size=1; a\r\n"));  // it listens at 127.0.0.1 alone
    session.reply("226 done");
    return true;
  });
  const Completion listed = list(server);
  ASSERT_TRUE(listed.status.ok()) << listed.status.message();
  EXPECT_EQ(listed.response.ftp->entries.size(), 1U);
}

TEST(FtpHostile, AServerWithoutMlsdIsAskedWithListAndNotAskedForMlsdAgain) {
  ScriptedFtpServer server([](Session& session, const std::string& command) {
    if (begins(command, "MLSD")) return session.reply("500 MLSD not understood"), true;
    if (!begins(command, "LIST")) return false;
    session.reply("150 comes");
    session.send_data(
        "total 3\r\n-rw-r--r-- 1 o g 12 Jan 05 2020 old name.txt\r\ndrwxr-xr-x 2 o g 0 Feb 29 2020 dir\r\n"
        "lrwxrwxrwx 1 o g 3 Jan 05 2020 to -> dir\r\n");
    session.reply("226 done");
    return true;
  });
  Engine engine({});
  FtpConnection ftp(engine, {.url = server.url()});
  testing::EventRecorder events;
  FtpRequest request{FtpOperation::List, "/pub"};
  request.context = 1;
  request.on_event = events.callback();
  ftp.start(std::move(request));
  const Completion listed = events.wait();
  ASSERT_TRUE(listed.status.ok()) << listed.status.message();
  EXPECT_EQ(events.count(RequestEvent::Retrying), 1U);
  ASSERT_EQ(listed.response.ftp->entries.size(), 3U);
  EXPECT_EQ(listed.response.ftp->entries[0].name, "old name.txt");
  EXPECT_EQ(listed.response.ftp->entries[2].link_target, "dir");
  EXPECT_TRUE(ftp.perform({FtpOperation::List, "/pub"}).status.ok());
  const auto commands = server.commands();
  EXPECT_EQ(std::count(commands.begin(), commands.end(), "MLSD /pub"), 1);
  EXPECT_EQ(std::count(commands.begin(), commands.end(), "LIST /pub"), 2);
}

TEST(FtpHostile, ListingsHaveALimitOfBytesAndOfLines) {
  const std::string line = "type=file;size=1; abcdefghij\r\n";
  std::string many;
  for (int i = 0; i < 1000; ++i) many += line;
  std::uint64_t thousands = 0;
  const auto script = [&](Session& session, const std::string& command) {
    if (!begins(command, "MLSD")) return false;
    session.reply("150 comes");
    session.send_data_repeatedly(many, thousands);
    session.reply("226 done");
    return true;
  };
  ScriptedFtpServer server(script);
  thousands = 1000;  // a million lines
  EXPECT_EQ(list(server).status.kind(), ErrorKind::LimitReached);
  thousands = 10;
  EXPECT_TRUE(list(server, {.max_listing_entries = 10'000}).status.ok());
  EXPECT_EQ(list(server, {.max_listing_entries = 9'999}).status.kind(), ErrorKind::LimitReached);
  const std::uint64_t bytes = 10'000 * (line.size() - 1);  // in text mode CRLF arrives as LF
  EXPECT_TRUE(list(server, {.max_listing_bytes = bytes}).status.ok());
  EXPECT_EQ(list(server, {.max_listing_bytes = bytes - 1}).status.kind(), ErrorKind::LimitReached);
}

TEST(FtpHostile, ALineWithoutEndInAListingIsRefused) {
  ScriptedFtpServer server([](Session& session, const std::string& command) {
    if (!begins(command, "MLSD")) return false;
    session.reply("150 comes");
    session.send_data_repeatedly(std::string(65536, 'x'), 1000);
    return true;
  });
  EXPECT_EQ(list(server).status.kind(), ErrorKind::LimitReached);
}

TEST(FtpHostile, AReplyWithoutEndIsRefused) {
  for (const bool lines : {true, false}) {
    std::atomic<std::size_t> sent{0};
    ScriptedFtpServer server([&sent, lines](Session& session, const std::string& command) {
      if (!begins(command, "MLSD")) return false;
      const std::string piece = lines ? "150-more\r\n" : std::string(1000, 'm');
      while (session.send_raw(piece)) sent += piece.size();
      return true;
    });
    const Completion listed = list(server, {.timeouts = Timeouts{.first_byte = std::chrono::minutes(10)}});
    EXPECT_FALSE(listed.status.ok());
    EXPECT_NE(listed.status.kind(), ErrorKind::FirstByteTimeout) << lines;
    EXPECT_LT(sent, std::size_t{64} << 20) << "refused soon after the limit: the rest is in the sockets' buffers";
  }
}

TEST(FtpHostile, SilenceEndsAtItsPhasesDeadline) {
  const auto silent_at = [](const std::string& where) {
    return [where](Session& session, const std::string& command) {
      if (begins(command, where)) session.hang();
      return begins(command, where);
    };
  };
  const Timeouts quick{.connect = milliseconds(150), .first_byte = milliseconds(150), .stall = milliseconds(150)};
  const FtpOptions options{.timeouts = quick};
  ScriptedFtpServer mute([](Session&, const std::string&) { return true; }, "");
  EXPECT_EQ(list(mute, options).status.kind(), ErrorKind::ConnectTimeout);
  ScriptedFtpServer no_login(silent_at("PASS"));
  EXPECT_EQ(list(no_login, options).status.kind(), ErrorKind::ConnectTimeout);
  ScriptedFtpServer no_answer(silent_at("MLSD"));
  EXPECT_EQ(list(no_answer, options).status.kind(), ErrorKind::FirstByteTimeout);
  ScriptedFtpServer no_data([](Session& session, const std::string& command) {
    if (!begins(command, "MLSD")) return false;
    session.reply("150 comes");
    session.hang();
    return true;
  });
  EXPECT_EQ(list(no_data, options).status.kind(), ErrorKind::StallTimeout);
}

TEST(FtpHostile, AServerThatHangsUpIsALostConnection) {
  ScriptedFtpServer full([](Session&, const std::string&) { return true; }, "421 too many of you");
  EXPECT_EQ(list(full).status.kind(), ErrorKind::ConnectionLost);
  ScriptedFtpServer shuts([](Session& session, const std::string& command) {
    if (begins(command, "MLSD")) session.reply("426 no more");
    return begins(command, "MLSD");
  });
  EXPECT_EQ(list(shuts).status.kind(), ErrorKind::ConnectionLost);
}

TEST(FtpHostile, WhatIsNoFtpIsAProtocolError) {
  ScriptedFtpServer web([](Session&, const std::string&) { return true; }, "HTTP/1.1 200 OK\r\n\r\n220-\r\n999 hello");
  EXPECT_EQ(list(web).status.kind(), ErrorKind::Protocol);
  ScriptedFtpServer nowhere([](Session& session, const std::string& command) {
    if (begins(command, "EPSV") || begins(command, "PASV")) return session.reply("227 nowhere"), true;
    return false;
  });
  EXPECT_EQ(list(nowhere).status.kind(), ErrorKind::Protocol);
}

TEST(FtpHostile, AFileThatEndsEarlyIsTruncated) {
  ScriptedFtpServer server([](Session& session, const std::string& command) {
    if (!begins(command, "RETR")) return false;
    session.reply("150 comes");
    session.send_data("abc");  // of the five that SIZE told
    session.reply("226 done");
    return true;
  });
  Engine engine({});
  const Response got = engine.fetch({.url = server.url("/f"), .max_retries = 0});
  EXPECT_EQ(got.completion.status.kind(), ErrorKind::Truncated) << got.completion.status.message();
}

TEST(FtpHostile, NamesThatLeadElsewhereLoseTheirWay) {
  ScriptedFtpServer server([](Session& session, const std::string& command) {
    if (!begins(command, "MLSD")) return false;
    session.reply("150 comes");
    session.send_data("type=file; ../../etc/passwd\r\ntype=file; ..\r\ntype=file; /\r\ntype=dir; \r\nnonsense\r\n");
    session.reply("226 done");
    return true;
  });
  const Completion listed = list(server);
  ASSERT_TRUE(listed.status.ok()) << listed.status.message();
  ASSERT_EQ(listed.response.ftp->entries.size(), 1U);
  EXPECT_EQ(listed.response.ftp->entries[0].name, "passwd");
}

TEST(FtpHostile, ADirectoryNameWithALineBreakIsNeverSentBack) {
  ScriptedFtpServer server([](Session& session, const std::string& command) {
    if (!begins(command, "CWD")) return false;
    session.reply("250-\r\n250 yes");
    return true;
  });
  Engine engine({});
  FtpConnection ftp(engine, {.url = server.url()});
  EXPECT_TRUE(ftp.perform({FtpOperation::SetDirectory, "/x"}).status.ok());
  for (const std::string& command : server.commands()) EXPECT_EQ(command.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace pagehaul
