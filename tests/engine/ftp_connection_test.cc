// Every operation of an FtpConnection against a real server.

#include "pagehaul/ftp.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "support/event_recorder.h"
#include "support/ftp_server.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using test_support::FtpServer;
using test_support::FtpServerOptions;
using testing::EventRecorder;
using testing::SeenEvent;

class FtpConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!FtpServer::is_installed()) GTEST_SKIP() << FtpServer::missing();
    begin({});
  }
  void begin(const FtpServerOptions& options, EngineOptions engine_options = {}) {
    ftp.reset();
    engine.reset();
    server = std::make_unique<FtpServer>(options);
    server->put("pub/a.txt", "hello\n");
    server->put("pub/b c.txt", "two words");
    server->put("pub/sub/deep.bin", std::string(300'000, 'x'));
    engine = std::make_unique<Engine>(std::move(engine_options));
    ftp = std::make_unique<FtpConnection>(*engine, FtpOptions{.url = server->url("/", "ada:secret@")});
  }
  Completion perform(FtpOperation operation, std::string path = {}, std::string to = {}) {
    return ftp->perform({operation, std::move(path), std::move(to)});
  }
  std::vector<std::string> names(const Completion& listed) {
    std::vector<std::string> found;
    for (const FtpEntry& entry : listed.response.ftp->entries) found.push_back(entry.name);
    std::sort(found.begin(), found.end());
    return found;
  }
  bool exists(const std::string& path) { return std::filesystem::exists(server->root() / path); }
  int count_of(const std::string& command) {
    const auto all = server->commands();
    return static_cast<int>(
        std::count_if(all.begin(), all.end(), [&](const std::string& line) { return line.starts_with(command); }));
  }

  std::unique_ptr<FtpServer> server;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<FtpConnection> ftp;
  test_support::TemporaryFolder local;
};

TEST_F(FtpConnectionTest, ADirectoryIsMadeAndRemoved) {
  const Completion made = perform(FtpOperation::CreateDirectory, "pub/new");
  ASSERT_TRUE(made.status.ok()) << made.status.message();
  EXPECT_EQ(made.response.status, 257);
  EXPECT_EQ(made.response.ftp->directory, (server->root() / "pub/new").string());
  EXPECT_TRUE(std::filesystem::is_directory(server->root() / "pub/new"));
  const Completion again = perform(FtpOperation::CreateDirectory, "pub/new");
  EXPECT_EQ(again.status.kind(), ErrorKind::HttpStatus) << again.status.message();
  EXPECT_EQ(again.response.status, 550);
  EXPECT_NE(again.status.message().find("exists"), std::string::npos) << again.status.message();
  EXPECT_TRUE(perform(FtpOperation::RemoveDirectory, "pub/new").status.ok());
  EXPECT_FALSE(exists("pub/new"));
}

TEST_F(FtpConnectionTest, TheCurrentDirectoryIsTheConnectionsOwn) {
  EXPECT_EQ(ftp->current_directory(), "");
  const Completion first = perform(FtpOperation::GetDirectory);
  ASSERT_TRUE(first.status.ok()) << first.status.message();
  EXPECT_EQ(first.response.ftp->directory, server->root().string());
  const Completion set = perform(FtpOperation::SetDirectory, "pub/sub");
  ASSERT_TRUE(set.status.ok()) << set.status.message();
  EXPECT_EQ(set.response.ftp->directory, (server->root() / "pub/sub").string());
  EXPECT_EQ(ftp->current_directory(), (server->root() / "pub/sub").string());
  EXPECT_EQ(names(perform(FtpOperation::List)), std::vector<std::string>{"deep.bin"});
  EXPECT_EQ(perform(FtpOperation::GetDirectory).response.ftp->directory, (server->root() / "pub/sub").string());
  EXPECT_TRUE(perform(FtpOperation::SetDirectory, "..").status.ok());
  EXPECT_EQ(ftp->current_directory(), (server->root() / "pub").string());
  // Another connection of the same engine, on the same pooled connection, is where it was.
  FtpConnection other(*engine, {.url = server->url("/", "ada:secret@")});
  EXPECT_EQ(other.perform({FtpOperation::GetDirectory}).response.ftp->directory, server->root().string());
  EXPECT_EQ(names(other.perform({FtpOperation::List})), std::vector<std::string>{"pub"});
}

TEST_F(FtpConnectionTest, ADirectoryThatIsNotThereChangesNothing) {
  EXPECT_EQ(perform(FtpOperation::SetDirectory, "nowhere").status.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(names(perform(FtpOperation::List)), std::vector<std::string>{"pub"});
}

TEST_F(FtpConnectionTest, OperationsAreDoneInTheOrderTheyWereStarted) {
  // None is waited for: each path is resolved when its turn comes.
  EventRecorder last;
  ftp->create_directory("x");
  ftp->set_current_directory("x");
  ftp->create_directory("y");
  ftp->set_current_directory("y");
  ftp->start({.operation = FtpOperation::List, .path = "..", .context = 1, .on_event = last.callback()});
  EXPECT_EQ(names(last.wait()), std::vector<std::string>{"y"});
  EXPECT_TRUE(exists("x/y"));
}

TEST_F(FtpConnectionTest, TheUrlsDirectoryIsWhereItBegins) {
  FtpConnection there(*engine, {.url = server->url("/pub/sub", "ada:secret@")});
  EXPECT_EQ(names(there.perform({FtpOperation::List})), std::vector<std::string>{"deep.bin"});
  EXPECT_EQ(there.current_directory(), (server->root() / "pub/sub").string());
}

TEST_F(FtpConnectionTest, FilesAreRenamedAndDeleted) {
  EXPECT_TRUE(perform(FtpOperation::Rename, "pub/a.txt", "pub/z.txt").status.ok());
  EXPECT_TRUE(exists("pub/z.txt"));
  EXPECT_FALSE(exists("pub/a.txt"));
  const Completion missing = perform(FtpOperation::Rename, "pub/a.txt", "pub/q.txt");
  EXPECT_EQ(missing.status.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(missing.response.ftp->reply_code, 550);
  EXPECT_TRUE(perform(FtpOperation::Delete, "pub/z.txt").status.ok());
  EXPECT_FALSE(exists("pub/z.txt"));
  EXPECT_EQ(perform(FtpOperation::Delete, "pub/z.txt").status.kind(), ErrorKind::HttpStatus);
}

TEST_F(FtpConnectionTest, ARefusalKeepsTheConnection) {
  for (int i = 0; i < 5; ++i) perform(FtpOperation::Delete, "nothing");
  perform(FtpOperation::Retrieve, "nothing");
  EXPECT_TRUE(perform(FtpOperation::List).status.ok());
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(FtpConnectionTest, AListingHasNamesSizesTimesAndTypes) {
  std::filesystem::create_symlink("a.txt", server->root() / "pub/link");
  const auto before = std::chrono::system_clock::now() - std::chrono::hours(1);
  const Completion listed = perform(FtpOperation::List, "pub");
  ASSERT_TRUE(listed.status.ok()) << listed.status.message();
  ASSERT_EQ(names(listed), (std::vector<std::string>{"a.txt", "b c.txt", "link", "sub"}));
  for (const FtpEntry& entry : listed.response.ftp->entries) {
    ASSERT_TRUE(entry.modified) << entry.name;
    EXPECT_GT(*entry.modified, before) << entry.name;
    EXPECT_TRUE(entry.exact_time);
    if (entry.name == "b c.txt") {
      EXPECT_EQ(entry.size, 9U);
      EXPECT_EQ(entry.type, FtpEntry::Type::File);
    }
    EXPECT_EQ(entry.type == FtpEntry::Type::Directory, entry.name == "sub");
    EXPECT_EQ(entry.type == FtpEntry::Type::Link, entry.name == "link");
  }
}

TEST_F(FtpConnectionTest, EntriesAreHandedOutAsTheyArrive) {
  std::vector<std::string> seen;
  FtpRequest request{FtpOperation::List, "pub"};
  request.on_entry = [&seen](const FtpEntry& entry) { seen.push_back(entry.name); };
  const Completion listed = ftp->perform(std::move(request));
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_TRUE(listed.response.ftp->entries.empty());
}

TEST_F(FtpConnectionTest, ADirectoryThatIsNotThereHasNoListing) {
  const Completion listed = perform(FtpOperation::List, "nowhere");
  EXPECT_EQ(listed.status.kind(), ErrorKind::HttpStatus) << listed.status.message();
}

TEST_F(FtpConnectionTest, TheSizeAndTheTimeOfAFileAreTold) {
  const Completion sized = perform(FtpOperation::Size, "pub/sub/deep.bin");
  ASSERT_TRUE(sized.status.ok()) << sized.status.message();
  EXPECT_EQ(sized.response.ftp->size, 300'000U);
  ASSERT_TRUE(sized.response.ftp->modified);
  EXPECT_LT(std::chrono::abs(*sized.response.ftp->modified - std::chrono::system_clock::now()), std::chrono::hours(1));
  EXPECT_EQ(perform(FtpOperation::Size, "pub/none").status.kind(), ErrorKind::HttpStatus);
}

TEST_F(FtpConnectionTest, AFileIsGot) {
  const std::string target = (local.path() / "deep.bin").string();
  FtpRequest request{FtpOperation::Retrieve, "pub/sub/deep.bin"};
  request.local_file = target;
  const Completion got = ftp->perform(std::move(request));
  ASSERT_TRUE(got.status.ok()) << got.status.message();
  EXPECT_EQ(test_support::read_file(target), std::string(300'000, 'x'));
  EXPECT_EQ(got.response.body_bytes, 300'000U);
}

TEST_F(FtpConnectionTest, AFileThatIsNotThereLeavesTheLocalOneAsItWas) {
  const std::string target = local.put("kept.txt", "mine").string();
  EventRecorder events;
  FtpRequest request{FtpOperation::Retrieve, "pub/none"};
  request.local_file = target;
  EXPECT_EQ(ftp->perform(std::move(request)).status.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(test_support::read_file(target), "mine");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(local.path()), {}), 1);
}

TEST_F(FtpConnectionTest, ALocalFileThatCannotBeWrittenIsAFileError) {
  EventRecorder events;
  FtpRequest request{FtpOperation::Retrieve, "pub/sub/deep.bin"};
  request.local_file = (local.path() / "no/such/folder").string();
  request.context = 4;
  request.on_event = events.callback();
  ftp->start(std::move(request));
  EXPECT_EQ(events.wait().status.kind(), ErrorKind::File);
  FtpRequest store{FtpOperation::Store, "pub/up"};
  store.local_file = (local.path() / "none").string();
  const Completion stored = ftp->perform(std::move(store));
  EXPECT_EQ(stored.status.kind(), ErrorKind::File) << stored.status.message();
}

TEST_F(FtpConnectionTest, ADownloadGoesOnWhereItBrokeOff) {
  const std::string target = local.put("deep.bin", std::string(100'000, 'o')).string();
  EventRecorder events;
  FtpRequest request{FtpOperation::Retrieve, "pub/sub/deep.bin"};
  request.local_file = target;
  request.resume_from = 100'000;
  request.context = 1;
  request.on_event = events.callback();
  ftp->start(std::move(request));
  const Completion got = events.wait();
  ASSERT_TRUE(got.status.ok()) << got.status.message();
  EXPECT_EQ(got.response.body_bytes, 200'000U);
  EXPECT_EQ(events.all(RequestEvent::Progress).back().total, 200'000);
  EXPECT_EQ(test_support::read_file(target), std::string(100'000, 'o') + std::string(200'000, 'x'));
  // And there is nothing more to be got.
  FtpRequest again{FtpOperation::Retrieve, "pub/sub/deep.bin"};
  again.local_file = target;
  again.resume_from = 300'000;
  const Completion none = ftp->perform(std::move(again));
  EXPECT_TRUE(none.status.ok()) << none.status.message();
  EXPECT_EQ(std::filesystem::file_size(target), 300'000U);
}

TEST_F(FtpConnectionTest, AFileIsPut) {
  std::string content;
  for (int i = 0; i < 200'000; ++i) content += std::to_string(i);
  const std::string source = local.put("up.bin", content).string();
  EventRecorder events;
  FtpRequest request{FtpOperation::Store, "pub/up.bin"};
  request.local_file = source;
  request.store_bytes = static_cast<std::int64_t>(content.size());
  request.context = 1;
  request.on_event = events.callback();
  ftp->start(std::move(request));
  const Completion put = events.wait();
  ASSERT_TRUE(put.status.ok()) << put.status.message();
  EXPECT_EQ(put.response.ftp->bytes_sent, content.size());
  EXPECT_TRUE(server->read("pub/up.bin") == content);
  const SeenEvent last = events.all(RequestEvent::Progress).back();
  EXPECT_EQ(last.value, static_cast<std::int64_t>(content.size()));
  EXPECT_EQ(last.total, static_cast<std::int64_t>(content.size()));
}

TEST_F(FtpConnectionTest, AStoredFileMayBeAppendedTo) {
  const std::string source = local.put("more", " and more").string();
  FtpRequest request{FtpOperation::Store, "pub/b c.txt"};
  request.local_file = source;
  request.append = true;
  ASSERT_TRUE(ftp->perform(std::move(request)).status.ok());
  EXPECT_EQ(server->read("pub/b c.txt"), "two words and more");
}

TEST_F(FtpConnectionTest, AnEmptyFileIsPutAndGot) {
  ftp->put_file(local.put("empty", "").string(), "pub/empty");
  FtpRequest request{FtpOperation::Retrieve, "pub/empty"};
  request.local_file = (local.path() / "back").string();
  ASSERT_TRUE(ftp->perform(std::move(request)).status.ok());
  EXPECT_TRUE(exists("pub/empty"));
  EXPECT_EQ(test_support::read_file(local.path() / "back"), "");
}

TEST_F(FtpConnectionTest, AFileIsReadAsAStreamWithBackPressure) {
  EventRecorder events;
  std::string body;
  RequestHandle handle;
  std::atomic<int> pauses{0};
  FtpRequest request{FtpOperation::Retrieve, "pub/sub/deep.bin"};
  request.context = 1;
  request.on_event = events.callback();
  request.on_body = [&](RequestId id, std::string&& bytes) {
    body += bytes;
    if (pauses++ < 3) {
      engine->resume(id);
      return false;
    }
    return true;
  };
  handle = ftp->start(std::move(request));
  ASSERT_TRUE(events.wait().status.ok());
  EXPECT_EQ(body, std::string(300'000, 'x'));
  EXPECT_GE(pauses, 1);
}

TEST_F(FtpConnectionTest, AFileIsWrittenAsAStreamThatHasNothingForAWhile) {
  int asked = 0;
  FtpRequest request{FtpOperation::Store, "pub/stream"};
  request.source = [&](RequestId id) -> FtpPiece {
    switch (asked++) {
      case 0:
        return {FtpPiece::State::Bytes, "one "};
      case 1:
        engine->resume(id);
        return {FtpPiece::State::NotYet};
      case 2:
        return {FtpPiece::State::Bytes, "two"};
      default:
        return {};
    }
  };
  const Completion put = ftp->perform(std::move(request));
  ASSERT_TRUE(put.status.ok()) << put.status.message();
  EXPECT_EQ(server->read("pub/stream"), "one two");
}

TEST_F(FtpConnectionTest, ASourceThatFailsOrThrowsEndsItsOperation) {
  FtpRequest failing{FtpOperation::Store, "pub/f1"};
  failing.source = [](RequestId) -> FtpPiece {
    return {FtpPiece::State::Failed, {}, Status(ErrorKind::File, "the disk is gone")};
  };
  EXPECT_EQ(ftp->perform(std::move(failing)).status, Status(ErrorKind::File, "the disk is gone"));
  FtpRequest throwing{FtpOperation::Store, "pub/f2"};
  throwing.source = [](RequestId) -> FtpPiece { throw std::runtime_error("no"); };
  EXPECT_EQ(ftp->perform(std::move(throwing)).status.kind(), ErrorKind::Internal);
  EXPECT_TRUE(perform(FtpOperation::List).status.ok());
}

TEST_F(FtpConnectionTest, ARawCommandIsSentAsItIs) {
  const Completion answered = perform(FtpOperation::Raw, "SITE CHMOD 600 pub/a.txt");
  ASSERT_TRUE(answered.status.ok()) << answered.status.message();
  EXPECT_EQ(answered.response.ftp->reply_code, 200);
  struct stat file {};
  stat((server->root() / "pub/a.txt").c_str(), &file);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
  const Completion unknown = perform(FtpOperation::Raw, "XNONSENSE");
  EXPECT_EQ(unknown.status.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(unknown.response.ftp->reply_code, 500);
}

TEST_F(FtpConnectionTest, WhatARawCommandChangesIsGoneWithItsConnection) {
  ASSERT_TRUE(perform(FtpOperation::Raw, "CWD pub/sub").status.ok());
  EXPECT_EQ(names(perform(FtpOperation::List)), std::vector<std::string>{"pub"});
}

TEST_F(FtpConnectionTest, NoArgumentCanBecomeACommand) {
  server->put("victim", "v");
  for (const std::string& bad : {std::string("pub/x\r\nDELE victim"), std::string("x\nDELE victim"),
                                 std::string("a\rb"), std::string("a\0b", 3)}) {
    for (const FtpOperation operation :
         {FtpOperation::CreateDirectory, FtpOperation::RemoveDirectory, FtpOperation::SetDirectory,
          FtpOperation::Delete, FtpOperation::Rename, FtpOperation::List, FtpOperation::Retrieve, FtpOperation::Size}) {
      EXPECT_EQ(perform(operation, bad, "to").status.kind(), ErrorKind::Usage) << static_cast<int>(operation);
    }
    EXPECT_EQ(perform(FtpOperation::Rename, "pub/a.txt", bad).status.kind(), ErrorKind::Usage);
    EXPECT_EQ(perform(FtpOperation::Raw, "NOOP " + bad).status.kind(), ErrorKind::Usage);
    FtpRequest store{FtpOperation::Store, bad};
    store.local_file = "/dev/null";
    EXPECT_EQ(ftp->perform(std::move(store)).status.kind(), ErrorKind::Usage);
  }
  for (const char* bad : {"", "*DELE victim", " DELE victim", "12"})
    EXPECT_EQ(perform(FtpOperation::Raw, bad).status.kind(), ErrorKind::Usage) << bad;
  EXPECT_EQ(perform(FtpOperation::Delete, "").status.kind(), ErrorKind::Usage);
  EXPECT_EQ(engine->fetch({.url = server->url("/pub/a.txt", "ada%0D%0ADELE%20victim:x@")}).completion.status.kind(),
            ErrorKind::Usage);
  const Response escaped = engine->fetch({.url = server->url("/pub/a%0D%0ADELE%20victim", "ada:secret@")});
  EXPECT_EQ(escaped.completion.status.kind(), ErrorKind::InvalidUrl) << escaped.completion.status.message();
  EXPECT_TRUE(exists("victim"));
  EXPECT_EQ(count_of("DELE"), 0);
}

TEST_F(FtpConnectionTest, NamesOfAnyBytesArriveAsTheyAre) {
  for (const char* const odd : {"semi;type=a", "per%20cent", "-la", "quo\"te", "ümlaut", "*", "hash#q?"}) {
    const std::string name = odd;
    server->put("odd/" + name, name);
    FtpRequest request{FtpOperation::Retrieve, "odd/" + name};
    request.local_file = (local.path() / "odd").string();
    const Completion got = ftp->perform(std::move(request));
    EXPECT_TRUE(got.status.ok()) << name << ": " << got.status.message();
    EXPECT_EQ(test_support::read_file(local.path() / "odd"), name);
  }
  EXPECT_EQ(names(perform(FtpOperation::List, "odd")).size(), 7U);
  ASSERT_TRUE(perform(FtpOperation::CreateDirectory, "-d \"q\"").status.ok());
  EXPECT_TRUE(perform(FtpOperation::SetDirectory, "-d \"q\"").status.ok());
  EXPECT_EQ(ftp->current_directory(), (server->root() / "-d \"q\"").string());
}

TEST_F(FtpConnectionTest, TheSixReportToTheConnectionsContextAndTheOthersMayHaveTheirOwn) {
  EventRecorder of_connection, of_request;
  FtpConnection quiet(*engine,
                      {.url = server->url("/", "ada:secret@"), .context = 7, .on_event = of_connection.callback()});
  FtpRequest made{FtpOperation::CreateDirectory, "ctx"};
  made.context = 9;  // not heeded
  made.on_event = of_request.callback();
  quiet.start(std::move(made));
  of_connection.wait();
  for (const SeenEvent& event : of_connection.events()) EXPECT_EQ(event.context, 7U);
  EXPECT_TRUE(of_request.events().empty());
  FtpRequest sized{FtpOperation::Size, "pub/a.txt"};
  sized.context = 9;
  sized.on_event = of_request.callback();
  quiet.start(std::move(sized));
  of_request.wait();
  for (const SeenEvent& event : of_request.events()) EXPECT_EQ(event.context, 9U);
}

TEST_F(FtpConnectionTest, ContextZeroIsSilent) {
  std::atomic<int> told{0};
  FtpConnection silent(*engine,
                       {.url = server->url("/", "ada:secret@"), .on_event = [&](const StatusEvent&) { ++told; }});
  silent.create_directory("quiet");
  silent.perform({FtpOperation::List});
  EXPECT_TRUE(exists("quiet"));
  EXPECT_EQ(told, 0);
}

TEST_F(FtpConnectionTest, AnOperationHasTheEventsOfAnyRequest) {
  EventRecorder events;
  FtpRequest request{FtpOperation::List, "pub"};
  request.context = 1;
  request.on_event = events.callback();
  ftp->start(std::move(request));
  const Completion listed = events.wait();
  for (const RequestEvent event : {RequestEvent::Created, RequestEvent::Queued, RequestEvent::Connecting,
                                   RequestEvent::Connected, RequestEvent::SendingRequest, RequestEvent::RequestSent,
                                   RequestEvent::HeadersReceived, RequestEvent::Complete, RequestEvent::Closing})
    EXPECT_EQ(events.count(event), 1U) << event_name(event);
  EXPECT_EQ(events.all(RequestEvent::HeadersReceived)[0].value, 200);
  EXPECT_EQ(events.all(RequestEvent::SendingRequest)[0].text, "LIST");
  EXPECT_EQ(listed.response.http_version, "FTP");
  EXPECT_FALSE(listed.response.reused_connection);
  EXPECT_TRUE(perform(FtpOperation::List).response.reused_connection);
}

TEST_F(FtpConnectionTest, AWrongPasswordIsAnAuthenticationError) {
  FtpConnection wrong(*engine, {.url = server->url("/", "ada:wrong@")});
  const Completion denied = wrong.perform({FtpOperation::List});
  EXPECT_EQ(denied.status.kind(), ErrorKind::Authentication) << denied.status.message();
  EXPECT_EQ(denied.response.status, 530);
  EXPECT_EQ(denied.attempts, 1);
}

TEST_F(FtpConnectionTest, AnonymousMayReadAndIsToldWhereItMayNotWrite) {
  FtpConnection anonymous(*engine, {.url = server->url()});
  EXPECT_EQ(names(anonymous.perform({FtpOperation::List, "pub"})).size(), 3U);
  const Completion refused = anonymous.perform({FtpOperation::CreateDirectory, "mine"});
  EXPECT_EQ(refused.status.kind(), ErrorKind::HttpStatus) << refused.status.message();
  EXPECT_FALSE(exists("mine"));
}

TEST_F(FtpConnectionTest, TheLoginMayComeFromOptionsOrNetrc) {
  FtpConnection given(*engine, {.url = server->url(), .user = "ada:secret"});
  EXPECT_TRUE(given.perform({FtpOperation::CreateDirectory, "one"}).status.ok());
  const std::string netrc = local.put("netrc", "machine 127.0.0.1 login ada password secret\n").string();
  FtpConnection looked_up(*engine, {.url = server->url(), .netrc_file = netrc});
  const Completion made = looked_up.perform({FtpOperation::CreateDirectory, "two"});
  EXPECT_TRUE(made.status.ok()) << made.status.message();
}

TEST_F(FtpConnectionTest, AConnectionThatTheServerDroppedIsMadeAgain) {
  ASSERT_TRUE(perform(FtpOperation::List).status.ok());
  server->drop_connections();
  const Completion listed = perform(FtpOperation::List);
  EXPECT_TRUE(listed.status.ok()) << listed.status.message();
  EXPECT_EQ(server->connections(), 2);
}

TEST_F(FtpConnectionTest, CancellingOneLeavesTheOthers) {
  server->put("big", std::string(std::size_t{64} << 20, 'b'));
  EventRecorder cancelled, after;
  RequestHandle handle;
  FtpRequest big{FtpOperation::Retrieve, "big"};
  big.local_file = (local.path() / "big").string();
  big.context = 1;
  big.on_event = [&](const StatusEvent& event) {
    cancelled.record(event);
    if (event.event == RequestEvent::HeadersReceived) handle.cancel();
  };
  std::mutex started;
  started.lock();
  const auto on_event = std::move(big.on_event);
  big.on_event = [&, on_event](const StatusEvent& event) {
    if (event.event == RequestEvent::Created) const std::lock_guard wait(started);
    on_event(event);
  };
  handle = ftp->start(std::move(big));
  started.unlock();
  FtpRequest next{FtpOperation::List, "pub"};
  next.context = 2;
  next.on_event = after.callback();
  ftp->start(std::move(next));
  EXPECT_EQ(cancelled.wait().status.kind(), ErrorKind::Cancelled);
  EXPECT_EQ(cancelled.count(RequestEvent::Complete), 1U);
  EXPECT_TRUE(after.wait().status.ok());
  EXPECT_TRUE(std::filesystem::is_empty(local.path()));
}

TEST_F(FtpConnectionTest, AnEngineThatGoesEndsEveryOperation) {
  server->put("big", std::string(std::size_t{64} << 20, 'b'));
  std::vector<std::unique_ptr<EventRecorder>> recorders;
  for (int i = 0; i < 50; ++i) {
    recorders.push_back(std::make_unique<EventRecorder>());
    FtpRequest request{FtpOperation::Retrieve, "big"};
    request.local_file = (local.path() / std::to_string(i)).string();
    request.context = 1;
    request.on_event = recorders.back()->callback();
    ftp->start(std::move(request));
  }
  recorders[0]->wait_for(RequestEvent::HeadersReceived);
  engine.reset();
  for (const auto& recorder : recorders) {
    EXPECT_EQ(recorder->count(RequestEvent::Complete), 1U);
    EXPECT_EQ(recorder->count(RequestEvent::Closing), 1U);
  }
  EXPECT_EQ(recorders.back()->wait().status.kind(), ErrorKind::Cancelled);
}

TEST_F(FtpConnectionTest, TheSynchronousWayIsRefusedInACallback) {
  EventRecorder events;
  Status inner;
  FtpRequest request{FtpOperation::List};
  request.context = 1;
  request.on_event = [&](const StatusEvent& event) {
    if (event.event == RequestEvent::Complete) inner = ftp->perform({FtpOperation::List}).status;
    events.record(event);
  };
  ftp->start(std::move(request));
  events.wait();
  EXPECT_EQ(inner.kind(), ErrorKind::Usage);
}

TEST_F(FtpConnectionTest, ConnectionsDoNotWaitForEachOther) {
  EventRecorder blocked;
  FtpRequest stuck{FtpOperation::Store, "pub/stuck"};
  stuck.source = [](RequestId) { return FtpPiece{FtpPiece::State::NotYet}; };
  stuck.context = 1;
  stuck.on_event = blocked.callback();
  const RequestHandle handle = ftp->start(std::move(stuck));
  blocked.wait_for(RequestEvent::HeadersReceived);
  FtpConnection other(*engine, {.url = server->url("/", "ada:secret@")});
  EXPECT_TRUE(other.perform({FtpOperation::List}).status.ok());
  handle.cancel();
  blocked.wait();
}

TEST_F(FtpConnectionTest, AnythingButAnFtpUrlIsRefused) {
  for (const char* url : {"http://127.0.0.1/", "file:///etc/passwd", "nonsense", ""}) {
    FtpConnection wrong(*engine, {.url = url});
    EXPECT_EQ(wrong.perform({FtpOperation::List}).status.kind(), ErrorKind::InvalidUrl) << url;
  }
}

TEST_F(FtpConnectionTest, TheAddressPolicyHolds) {
  FtpConnection guarded(*engine, {.url = server->url(), .refuse_private_addresses = true});
  EXPECT_EQ(guarded.perform({FtpOperation::List}).status.kind(), ErrorKind::AddressRefused);
  EXPECT_EQ(server->connections(), 0);
}

TEST_F(FtpConnectionTest, APagesFileIsFetchedByItsUrl) {
  const Response got = engine->fetch({.url = server->url("/pub/a.txt")});
  ASSERT_TRUE(got.completion.status.ok()) << got.completion.status.message();
  EXPECT_EQ(got.body, "hello\n");
  EXPECT_EQ(got.completion.response.status, 200);
  EXPECT_EQ(got.completion.response.headers, (Headers{{"Content-Length", "6"}}));
  EXPECT_EQ(engine->fetch({.url = server->url("/pub/b%20c.txt;type=i")}).body, "two words");
  const Response missing = engine->fetch({.url = server->url("/pub/none")});
  EXPECT_EQ(missing.completion.status.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(missing.completion.response.status, 550);
}

TEST_F(FtpConnectionTest, APagesUrlIsNoListingAndNoPost) {
  EXPECT_EQ(engine->fetch({.url = server->url("/pub/")}).completion.status.kind(), ErrorKind::InvalidUrl);
  EXPECT_EQ(engine->fetch({.url = server->url("/pub;type=D")}).completion.status.kind(), ErrorKind::InvalidUrl);
  EXPECT_EQ(engine->fetch({.url = server->url("/pub")}).completion.status.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(engine->fetch({.url = server->url("/pub/a.txt"), .method = "HEAD"}).completion.status.kind(),
            ErrorKind::Usage);
  EXPECT_EQ(engine->fetch({.url = server->url("/pub/a.txt"), .body = "x"}).completion.status.kind(), ErrorKind::Usage);
}

TEST_F(FtpConnectionTest, ABodyOverItsLimitEndsEarly) {
  const Response got = engine->fetch({.url = server->url("/pub/sub/deep.bin"), .max_body_bytes = 299'999});
  EXPECT_EQ(got.completion.status.kind(), ErrorKind::LimitReached);
  EXPECT_TRUE(
      engine->fetch({.url = server->url("/pub/sub/deep.bin"), .max_body_bytes = 300'000}).completion.status.ok());
}

TEST_F(FtpConnectionTest, TlsIsUsedForCommandsAndDataWhereItIsOffered) {
  begin({.tls = true});
  engine.reset();
  engine = std::make_unique<Engine>(EngineOptions{.ca_file = server->ca_file().string()});
  FtpConnection secure(*engine, {.url = server->url("/", "ada:secret@")});
  EventRecorder events;
  FtpRequest request{FtpOperation::List, "pub"};
  request.context = 1;
  request.on_event = events.callback();
  secure.start(std::move(request));
  const Completion listed = events.wait();
  ASSERT_TRUE(listed.status.ok()) << listed.status.message();
  EXPECT_EQ(names(listed).size(), 3U);
  EXPECT_EQ(listed.response.tls_version.substr(0, 4), "TLSv");
  EXPECT_EQ(events.count(RequestEvent::TlsEstablished), 1U);
  EXPECT_EQ(count_of("PROT P"), 1);
  FtpRequest store{FtpOperation::Store, "pub/tls"};
  store.local_file = local.put("tls", std::string(1'000'000, 't')).string();
  const Completion put = secure.perform(std::move(store));
  ASSERT_TRUE(put.status.ok()) << put.status.message();
  EXPECT_EQ(server->read("pub/tls").size(), 1'000'000U);
}

TEST_F(FtpConnectionTest, AServerThatInsistsOnTlsIsServed) {
  begin({.tls = true, .tls_required = true});
  engine.reset();
  engine = std::make_unique<Engine>(EngineOptions{.ca_file = server->ca_file().string()});
  FtpConnection secure(*engine, {.url = server->url("/", "ada:secret@"), .tls = FtpTls::Require});
  EXPECT_TRUE(secure.perform({FtpOperation::List}).status.ok());
  FtpConnection plain(*engine, {.url = server->url("/", "ada:secret@"), .tls = FtpTls::Off});
  EXPECT_FALSE(plain.perform({FtpOperation::List}).status.ok());
}

TEST_F(FtpConnectionTest, TlsThatIsRequiredAndNotOfferedEndsBeforeThePassword) {
  FtpConnection secure(*engine, {.url = server->url("/", "ada:secret@"), .tls = FtpTls::Require});
  const Completion listed = secure.perform({FtpOperation::List});
  EXPECT_EQ(listed.status.kind(), ErrorKind::Tls) << listed.status.message();
  EXPECT_EQ(count_of("USER"), 0);
  EXPECT_EQ(count_of("PASS"), 0);
}

TEST_F(FtpConnectionTest, AnUntrustedCertificateIsRefusedUnlessThatIsWanted) {
  begin({.tls = true});
  const Completion refused = perform(FtpOperation::List);
  EXPECT_EQ(refused.status.kind(), ErrorKind::Tls) << refused.status.message();
  EXPECT_EQ(count_of("PASS"), 0);
  engine = std::make_unique<Engine>(EngineOptions{.insecure = true});
  FtpConnection careless(*engine, {.url = server->url("/", "ada:secret@")});
  EXPECT_TRUE(careless.perform({FtpOperation::List}).status.ok());
}

}  // namespace
}  // namespace pagehaul
