#include "page/referrer_policy.h"

#include "engine/site.h"
#include "pagehaul/headers.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

constexpr std::size_t kLongestReferer = 4096;  // section 8.3, step 6

bool is_http(const Url& url) {
  return url.scheme() == "http" || url.scheme() == "https";
}

}  // namespace

std::optional<ReferrerPolicy> referrer_policy_of(const Headers& response) {
  std::optional<ReferrerPolicy> policy;
  const std::string field = response.combined("Referrer-Policy").value_or("");
  for (const std::string_view member : split_list(field)) {
    if (const auto named = referrer_policy_from_name(member)) policy = named;
  }
  return policy;
}

Referrer::Referrer(std::string_view text) {
  auto url = Url::parse(text);
  if (!url) return;
  origin_ = url->origin();
  site_ = site_of(*url);
  if (!is_http(*url)) return;
  trustworthy_ = is_potentially_trustworthy(*url);
  url->clear_credentials();
  whole_ = url->href_without_fragment();
  if (whole_.size() > kLongestReferer) whole_ = origin_ + "/";
}

Referrer::Referrer(const Referrer& whole, std::string told) : Referrer(whole) {
  whole_ = std::move(told);
}

RequestTarget::RequestTarget(const Url& url)
    : origin(url.origin()), http(is_http(url)), trustworthy(http && is_potentially_trustworthy(url)) {}

RequestTarget::RequestTarget(const Referrer& of_the_same_origin)
    : origin(of_the_same_origin.origin()),
      http(!of_the_same_origin.whole().empty()),
      trustworthy(of_the_same_origin.trustworthy()) {}

bool begins_with_origin(std::string_view url, std::string_view origin) {
  return url.starts_with(origin) && url.substr(origin.size()).starts_with('/');  // where its path begins
}

std::string referer_for(ReferrerPolicy policy, const Referrer& from, const RequestTarget& target) {
  const std::string& whole = from.whole();
  if (whole.empty() || !target.http) return {};
  const std::string origin = from.origin() + "/";
  const bool same_origin = from.origin() == target.origin;
  const bool downgrade = from.trustworthy() && !target.trustworthy;
  switch (policy) {
    case ReferrerPolicy::NoReferrer:
      return {};
    case ReferrerPolicy::Origin:
      return origin;
    case ReferrerPolicy::UnsafeUrl:
      return whole;
    case ReferrerPolicy::StrictOrigin:
      return downgrade ? std::string() : origin;
    case ReferrerPolicy::SameOrigin:
      return same_origin ? whole : std::string();
    case ReferrerPolicy::OriginWhenCrossOrigin:
      return same_origin ? whole : origin;
    case ReferrerPolicy::NoReferrerWhenDowngrade:
      return downgrade ? std::string() : whole;
    case ReferrerPolicy::StrictOriginWhenCrossOrigin:
      break;
  }
  if (same_origin) return whole;
  return downgrade ? std::string() : origin;
}

bool is_potentially_trustworthy(const Url& url) {
  if (url.scheme() == "https") return true;
  const std::string& host = url.host();  // the URL parser has made every form of an IPv4 address dotted
  const bool loopback_address =
      host == "[::1]" || (host.starts_with("127.") && host.find_last_of("0123456789") + 1 == host.size() &&
                          host.find_first_not_of("0123456789.") == std::string::npos);
  return url.scheme() == "http" && (loopback_address || host == "localhost" || host.ends_with(".localhost"));
}

}  // namespace pagehaul
