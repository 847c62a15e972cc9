// Pages that are stopped: from inside their callbacks in every state, from outside, by the end of their loader.

#include <future>
#include <stdexcept>

#include "support/page_test.h"
#include "support/page_watch.h"

namespace pagehaul {
namespace {

using testing::PageTest;
using testing::PageWatch;

// A page with something in every stage: come, under way for good, and waiting behind it.
class StoppedPage : public PageTest {
 protected:
  StoppedPage() {
    html("/", "<link rel=stylesheet href='a.css'><img src='1.png'><img src='never.png'><iframe src='f.html'></iframe>");
    css("/a.css", "@import 'b.css'; p { background: url(bg.png) }");
    html("/f.html", "<img src='never-2.png'>");
    image("/1.png");
    for (const char* path : {"/never.png", "/never-2.png", "/b.css"})
      server_.on(path, [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  }
  // Cancels once, at the first event that `when` accepts, from inside its callback.
  PageResult cancel_when(std::function<bool(const PageEvent&)> when, bool& cancelled) {
    PageWatch watch;
    std::promise<PageHandle> handle;
    const std::shared_future<PageHandle> page = handle.get_future();
    PageRequest request;
    request.url = url("/");
    request.context = 5;
    request.on_event = [&](const PageEvent& event) {
      watch.see(event);
      if (cancelled || !when(event)) return;
      cancelled = true;
      page.get().cancel();
      page.get().cancel();
    };
    const auto loader = open(options());
    handle.set_value(loader->start(std::move(request)));
    PageResult result = page.get().wait();
    watch.expect_whole(result);
    return result;
  }
};

TEST_F(StoppedPage, BeforeItsDocumentIsWholeItIsWhatCameOfIt) {
  server_.on("/", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<img src='1.png'><img src='never.png'>");
    response.hang();
  });
  bool cancelled = false;
  const PageResult result = cancel_when(
      [](const PageEvent& event) { return event.type == PageEvent::Type::Finished && event.resource == 1; }, cancelled);
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(result.state, PageState::Cancelled);
  EXPECT_EQ(result.loaded, 1U);
  EXPECT_EQ(result.failed, 2U);  // the document and the image that never comes
  EXPECT_EQ(result.resources[0].outcome, Outcome::Cancelled);
}

class CancelInState : public StoppedPage, public ::testing::WithParamInterface<PageState> {};

TEST_P(CancelInState, EndsThePageOnceAsCancelled) {
  bool cancelled = false;
  const PageResult result = cancel_when(
      [](const PageEvent& event) { return event.type == PageEvent::Type::StateChanged && event.state == GetParam(); },
      cancelled);
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(result.state, PageState::Cancelled);
  EXPECT_EQ(result.error.kind(), ErrorKind::Cancelled);
}
INSTANTIATE_TEST_SUITE_P(Live, CancelInState,
                         ::testing::Values(PageState::LoadingDocument, PageState::LoadingResources));

class CancelInRequestEvent : public StoppedPage, public ::testing::WithParamInterface<RequestEvent> {};

TEST_P(CancelInRequestEvent, EndsThePageOnceAsCancelled) {
  bool cancelled = false;
  const PageResult result = cancel_when(
      [](const PageEvent& event) { return event.request != nullptr && event.request->event == GetParam(); }, cancelled);
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(result.state, PageState::Cancelled);
}
INSTANTIATE_TEST_SUITE_P(Every, CancelInRequestEvent,
                         ::testing::Values(RequestEvent::Created, RequestEvent::Queued, RequestEvent::Connecting,
                                           RequestEvent::Connected, RequestEvent::SendingRequest,
                                           RequestEvent::RequestSent, RequestEvent::HeadersReceived,
                                           RequestEvent::Progress, RequestEvent::Complete),
                         [](const auto& each) {
                           std::string name(event_name(each.param));
                           std::erase_if(name, [](char c) { return c == '-'; });
                           return name;
                         });

TEST_F(StoppedPage, KeepsWhatHadArrivedForTheNextLoad) {
  bool cancelled = false;
  const std::string arrived = url("/1.png");
  const PageResult result = cancel_when(
      [&arrived](const PageEvent& event) {
        return event.type == PageEvent::Type::Finished && event.finished->reference.url == arrived;
      },
      cancelled);
  EXPECT_EQ(result.state, PageState::Cancelled);
  EXPECT_EQ(find(result, "/1.png")->outcome, Outcome::Loaded);
  EXPECT_EQ(find(result, "/never.png")->outcome, Outcome::Cancelled);
  server_.stop();
  const PageResult offline = load(url("/"), CacheMode::Offline);
  EXPECT_EQ(offline.resources.at(0).outcome, Outcome::Loaded);
  EXPECT_EQ(find(offline, "/1.png")->outcome, Outcome::Loaded);
}

TEST_F(StoppedPage, CancellingAfterTheEndChangesNothing) {
  html("/small", "nothing");
  PageWatch watch;
  PageHandle page;
  PageRequest request;
  request.url = url("/small");
  request.context = 5;
  request.on_event = [&watch](const PageEvent& event) { watch.see(event); };
  const auto loader = open(options());
  page = loader->start(std::move(request));
  EXPECT_EQ(page.wait().state, PageState::Loaded);
  page.cancel();
  EXPECT_EQ(page.wait().state, PageState::Loaded);
  watch.expect_whole(page.wait());
}

TEST_F(StoppedPage, ACancelBeforeThePageThreadBeganEndsIt) {
  const auto loader = open(options());
  for (int round = 0; round < 20; ++round) {
    PageWatch watch;
    PageRequest request;
    request.url = url("/");
    request.context = 5;
    request.on_event = [&watch](const PageEvent& event) { watch.see(event); };
    const PageHandle page = loader->start(std::move(request));
    page.cancel();
    const PageResult result = page.wait();
    EXPECT_EQ(result.state, PageState::Cancelled);
    watch.expect_whole(result);
  }
}

TEST_F(StoppedPage, OneOfTwoPagesOfALoaderIsCancelledAndTheOtherComes) {
  html("/good", "<img src='1.png'><img src='shared.png'>");
  html("/bad", "<img src='never.png'><img src='shared.png'>");
  image("/shared.png");
  const auto loader = open(options());
  PageRequest good, bad;
  good.url = url("/good");
  bad.url = url("/bad");
  const PageHandle stopped = loader->start(bad), kept = loader->start(good);
  server_.wait_for_request("/never.png");
  stopped.cancel();
  EXPECT_EQ(stopped.wait().state, PageState::Cancelled);
  EXPECT_EQ(kept.wait().state, PageState::Loaded);
}

// The sheet names several at once: the callback throws at the first, and the others must end too.
TEST_F(StoppedPage, ACallbackThatThrowsEndsItsPageAndNothingElse) {
  PageRequest request;
  request.url = url("/");
  request.context = 5;
  request.on_event = [](const PageEvent& event) {
    if (event.type == PageEvent::Type::Discovered && event.reference->url.ends_with("b.css"))
      throw std::runtime_error("the user's own");
  };
  const auto loader = open(options());
  const PageResult result = loader->load(std::move(request));
  EXPECT_EQ(result.error.kind(), ErrorKind::Internal);
  html("/small", "nothing");
  PageRequest next;
  next.url = url("/small");
  EXPECT_EQ(loader->load(next).state, PageState::Loaded);
}

TEST_F(StoppedPage, WaitingInsideACallbackIsRefusedInsteadOfHangingForever) {
  html("/small", "nothing");
  const auto loader = open(options());
  std::promise<PageHandle> handle;
  const std::shared_future<PageHandle> page = handle.get_future();
  std::promise<Status> waited;
  PageRequest request;
  request.url = url("/small");
  request.context = 5;
  request.on_event = [&](const PageEvent& event) {
    if (event.type == PageEvent::Type::Finished) waited.set_value(page.get().wait().error);
  };
  handle.set_value(loader->start(std::move(request)));
  EXPECT_EQ(waited.get_future().get().kind(), ErrorKind::Usage);
  EXPECT_EQ(page.get().wait().state, PageState::Loaded);
}

}  // namespace
}  // namespace pagehaul
