// W3C Referrer Policy, as a table.

#include "page/referrer_policy.h"

#include <gtest/gtest.h>

#include "pagehaul/headers.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

using enum ReferrerPolicy;

constexpr const char* kFrom = "https://name:secret@a.example/path/page.html?q#part";
constexpr const char* kWhole = "https://a.example/path/page.html?q";
constexpr const char* kOrigin = "https://a.example/";

std::string referer(ReferrerPolicy policy, std::string_view from, std::string_view to) {
  return referer_for(policy, Referrer(from), RequestTarget(*Url::parse(to)));
}

TEST(ReferrerPolicies, SayWhatOwnOthersAndPlainTargetsGetToKnow) {
  const struct {
    ReferrerPolicy policy;
    const char *own, *other, *plain;  // the same origin, another one over https, another one over http
  } rows[] = {
      {NoReferrer, "", "", ""},
      {NoReferrerWhenDowngrade, kWhole, kWhole, ""},
      {SameOrigin, kWhole, "", ""},
      {Origin, kOrigin, kOrigin, kOrigin},
      {StrictOrigin, kOrigin, kOrigin, ""},
      {OriginWhenCrossOrigin, kWhole, kOrigin, kOrigin},
      {StrictOriginWhenCrossOrigin, kWhole, kOrigin, ""},
      {UnsafeUrl, kWhole, kWhole, kWhole},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(static_cast<int>(row.policy));
    EXPECT_EQ(referer(row.policy, kFrom, "https://a.example/x"), row.own);
    EXPECT_EQ(referer(row.policy, kFrom, "https://b.example/x"), row.other);
    EXPECT_EQ(referer(row.policy, kFrom, "http://b.example/x"), row.plain);
    EXPECT_EQ(referer(row.policy, kFrom, "https://a.example:444/x"), row.other) << "the port is part of an origin";
  }
}

TEST(ReferrerPolicies, APlainPageHasNothingToLoseOnPlainTargets) {
  const char* const from = "http://a.example/page";
  EXPECT_EQ(referer(NoReferrerWhenDowngrade, from, "http://b.example/"), from);
  EXPECT_EQ(referer(StrictOrigin, from, "http://b.example/"), "http://a.example/");
  EXPECT_EQ(referer(StrictOriginWhenCrossOrigin, from, "https://b.example/"), "http://a.example/");
}

TEST(ReferrerPolicies, ThisMachineIsNoDowngrade) {
  EXPECT_EQ(referer(StrictOrigin, kFrom, "http://127.0.0.1/"), kOrigin);
  EXPECT_EQ(referer(StrictOrigin, kFrom, "http://[::1]:80/"), kOrigin);
  EXPECT_EQ(referer(StrictOrigin, kFrom, "http://a.localhost/"), kOrigin);
  EXPECT_EQ(referer(StrictOrigin, kFrom, "http://127.0.0.1.example/"), "");
  EXPECT_EQ(referer(StrictOrigin, kFrom, "http://localhost.example/"), "");
  EXPECT_EQ(referer(StrictOrigin, kFrom, "http://192.168.0.1/"), "");
}

TEST(ReferrerPolicies, OnlyHttpRefersAndIsReferredTo) {
  EXPECT_EQ(referer(UnsafeUrl, "ftp://a.example/", "https://b.example/"), "");
  EXPECT_EQ(referer(UnsafeUrl, "", "https://b.example/"), "");
  EXPECT_EQ(referer(UnsafeUrl, kFrom, "ftp://b.example/"), "");
}

TEST(ReferrerPolicies, ALongReferrerIsItsOrigin) {
  const std::string base = "https://a.example/";
  const std::string longest = base + std::string(4096 - base.size(), 'x');
  EXPECT_EQ(referer(UnsafeUrl, longest, "https://a.example/"), longest);
  EXPECT_EQ(referer(UnsafeUrl, longest + "x", "https://a.example/"), base);
}

TEST(ReferrerPolicies, TheLastOneKnownOfAFieldCounts) {
  EXPECT_EQ(referrer_policy_of({}), std::nullopt);
  EXPECT_EQ(referrer_policy_of({{"Referrer-Policy", "never"}}), std::nullopt) << "the meta element's old words";
  EXPECT_EQ(referrer_policy_of({{"Referrer-Policy", "no-referrer, Strict-Origin, some-new-policy"}}), StrictOrigin);
  EXPECT_EQ(referrer_policy_of({{"Referrer-Policy", "no-referrer"}, {"referrer-policy", "unsafe-url"}}), UnsafeUrl);
  const std::pair<const char*, ReferrerPolicy> names[] = {
      {"no-referrer", NoReferrer},
      {"no-referrer-when-downgrade", NoReferrerWhenDowngrade},
      {"same-origin", SameOrigin},
      {"origin", Origin},
      {"strict-origin", StrictOrigin},
      {"origin-when-cross-origin", OriginWhenCrossOrigin},
      {"strict-origin-when-cross-origin", StrictOriginWhenCrossOrigin},
      {"unsafe-url", UnsafeUrl}};
  for (const auto& [name, policy] : names) EXPECT_EQ(referrer_policy_of({{"Referrer-Policy", name}}), policy) << name;
}

}  // namespace
}  // namespace pagehaul
