// Directories, names, listings and the order of operations, with a real FTP server.

#include <sys/stat.h>

#include <atomic>

#include "ftp_connection_fixture.h"
#include "support/event_recorder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using testing::SeenEvent;

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

}  // namespace
}  // namespace pagehaul
