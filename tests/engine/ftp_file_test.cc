// Files to and from a real FTP server.

#include <atomic>

#include "ftp_connection_fixture.h"
#include "support/event_recorder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using testing::SeenEvent;

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

}  // namespace
}  // namespace pagehaul
