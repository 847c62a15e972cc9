// ftp: URLs in pages, from a real server.

#include "support/ftp_server.h"
#include "support/page_test.h"

namespace pagehaul {
namespace {

using test_support::FtpServer;

class FtpPage : public testing::PageTest {
 protected:
  void SetUp() override {
    if (!FtpServer::is_installed()) GTEST_SKIP() << FtpServer::missing();
    ftp_ = std::make_unique<FtpServer>();
  }
  std::unique_ptr<FtpServer> ftp_;
};

TEST_F(FtpPage, AnImageIsFetchedAndStoredAndAskedForAnew) {
  ftp_->put("pub/i.png", "first");
  html("/", "<img src='" + ftp_->url("/pub/i.png") + "'>");
  const PageResult first = load(url("/"));
  ASSERT_EQ(first.state, PageState::Loaded) << first.error.message();
  const Resource* image = find(first, "/pub/i.png");
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->http_status, 200);
  EXPECT_EQ(image->body_bytes, 5U);
  EXPECT_TRUE(image->exchanges.at(0).entry.has_value());
  ftp_->put("pub/i.png", "second");
  const PageResult again = load(url("/"));
  EXPECT_EQ(find(again, "/pub/i.png")->body_bytes, 6U);
  ftp_.reset();
  const PageResult offline = load(url("/"), CacheMode::Offline);
  EXPECT_EQ(offline.state, PageState::Loaded) << offline.error.message();
  EXPECT_EQ(find(offline, "/pub/i.png")->body_bytes, 6U);
}

TEST_F(FtpPage, AListingIsNoResource) {
  html("/", "<img src='" + ftp_->url("/pub/") + "'>");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Incomplete);
  EXPECT_EQ(find(result, "/pub/")->error.kind(), ErrorKind::InvalidUrl);
  EXPECT_EQ(ftp_->connections(), 0);
}

TEST_F(FtpPage, ADocumentMayComeFromThereWithWhatIsBesideIt) {
  ftp_->put("site/index.html", "<link rel=stylesheet href=s.css><img src=a.png><img src=none.png>");
  ftp_->put("site/s.css", "body { background: url(b.png) }");
  ftp_->put("site/a.png", "a");
  ftp_->put("site/b.png", "b");
  const PageResult result = load(ftp_->url("/site/index.html"));
  EXPECT_EQ(result.state, PageState::Incomplete) << result.error.message();
  EXPECT_EQ(result.loaded, 4U);
  EXPECT_EQ(result.failed, 1U);
  const Resource* missing = find(result, "/none.png");
  EXPECT_EQ(missing->error.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(missing->http_status, 550);
  EXPECT_EQ(ftp_->connections(), 1);
}

}  // namespace
}  // namespace pagehaul
