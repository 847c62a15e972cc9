#include "engine/redirect.h"

#include <gtest/gtest.h>

#include "engine/request_machine.h"

namespace pagehaul {
namespace {

RedirectTarget target_of(const char* from, const char* method, int status, const char* location) {
  auto target = redirect_target(from, method, status, {{"Location", location}});
  EXPECT_TRUE(target.ok()) << target.status().message();
  return target.ok() ? *target : RedirectTarget{};
}

TEST(Redirect, OnlyTheFiveStatusesWithALocationLeadElsewhere) {
  for (const int status : {301, 302, 303, 307, 308}) EXPECT_TRUE(is_redirect(status, {{"Location", "/x"}}));
  for (const int status : {200, 201, 300, 304, 305, 306, 404}) EXPECT_FALSE(is_redirect(status, {{"Location", "/x"}}));
  EXPECT_FALSE(is_redirect(302, {}));
}

TEST(Redirect, ResolvesLocationAgainstTheRequestAndDropsItsFragment) {
  EXPECT_EQ(target_of("http://a.test/b/c?d", "GET", 302, "../e#f").url, "http://a.test/e");
  EXPECT_EQ(target_of("https://a.test/", "GET", 302, "//b.test/x").url, "https://b.test/x");
  EXPECT_TRUE(target_of("http://a.test/", "GET", 302, "/y").same_origin);
  EXPECT_FALSE(target_of("http://a.test/", "GET", 302, "http://a.test:81/y").same_origin);
}

TEST(Redirect, ChangesTheMethodAsTheFetchStandardSays) {
  EXPECT_TRUE(target_of("http://a/", "POST", 301, "/").becomes_get);
  EXPECT_TRUE(target_of("http://a/", "POST", 302, "/").becomes_get);
  EXPECT_TRUE(target_of("http://a/", "PUT", 303, "/").becomes_get);
  EXPECT_FALSE(target_of("http://a/", "HEAD", 303, "/").becomes_get);
  EXPECT_FALSE(target_of("http://a/", "PUT", 302, "/").becomes_get);
  EXPECT_FALSE(target_of("http://a/", "POST", 307, "/").becomes_get);
  EXPECT_FALSE(target_of("http://a/", "POST", 308, "/").becomes_get);
}

TEST(Redirect, NeverLeadsToAnotherKindOfScheme) {
  for (const char* location :
       {"file:///etc/passwd", "data:text/html,x", "javascript:alert(1)", "about:blank", "gopher://x/"}) {
    EXPECT_EQ(redirect_target("http://a/", "GET", 302, {{"Location", location}}).status().kind(),
              ErrorKind::RedirectRefused)
        << location;
  }
  EXPECT_EQ(redirect_target("http://a/", "GET", 302, {{"Location", "http://[::g]/"}}).status().kind(),
            ErrorKind::InvalidUrl);
}

TEST(Redirect, DropsCredentialsOnTheWayToAnotherOriginAndTheBodysFieldsWithTheBody) {
  const Headers headers{{"Authorization", "secret"}, {"Cookie", "a=b"}, {"Content-Type", "text/plain"}, {"X-Own", "1"}};
  EXPECT_EQ(headers_after_redirect(headers, {"http://b/", false, false}),
            (Headers{{"Content-Type", "text/plain"}, {"X-Own", "1"}}));
  EXPECT_EQ(headers_after_redirect(headers, {"http://a/", true, true}),
            (Headers{{"Authorization", "secret"}, {"Cookie", "a=b"}, {"X-Own", "1"}}));
}

TEST(Redirect, AChainEndsAtItsLimitOrWhereItMeetsItself) {
  RedirectChain chain(2);
  EXPECT_TRUE(chain.enter("a", false).ok());
  EXPECT_TRUE(chain.enter("b", false).ok());
  EXPECT_EQ(chain.enter("a", false).kind(), ErrorKind::RedirectLoop);
  EXPECT_TRUE(chain.enter("a", true).ok()) << "a cookie was set: the answer may differ now";
  EXPECT_EQ(chain.enter("c", false).kind(), ErrorKind::TooManyRedirects);
}

TEST(RequestMachine, GoesThroughARequestAndStaysAtItsEnd) {
  using P = RequestPhase;
  using S = RequestStep;
  P phase = P::Queued;
  for (const S step : {S::Resolve, S::Connect, S::Connect, S::Send, S::Sent, S::FirstByte, S::Finish}) {
    const auto next = next_phase(phase, step);
    ASSERT_TRUE(next);
    phase = *next;
  }
  EXPECT_EQ(phase, P::Done);
  EXPECT_FALSE(next_phase(phase, S::Cancel));
  EXPECT_FALSE(next_phase(P::Connecting, S::Finish));
  EXPECT_FALSE(next_phase(P::Connecting, S::FirstByte));
}

}  // namespace
}  // namespace pagehaul
