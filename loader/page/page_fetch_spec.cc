// PageLoadState: what is asked for a resource, and on whose behalf.

#include "page/page_load_state.h"
#include "page/request_profile.h"
#include "pagehaul/url.h"

namespace pagehaul {

namespace {

// What a document's own origin is asked for at once: over HTTP/1.1 as many as it may have connections for.
constexpr int kLikelyToFollow = 5;

bool is_of_origin(std::string_view url, std::string_view origin) {
  if (begins_with_origin(url, origin)) return true;
  const auto parsed = Url::parse(url);
  return parsed && parsed->origin() == origin;
}

}  // namespace

std::shared_ptr<const Referrer> PageLoadState::referrer_of(ResourceId asking) {
  const Resource& asker = result_.resources[asking];
  const std::string& url = asker.final_url.empty() ? asker.reference.url : asker.final_url;
  Text* const text = slots_[asking].text.get();
  if (text == nullptr) return std::make_shared<const Referrer>(url);  // its early hints
  if (!text->referrer) text->referrer = std::make_shared<const Referrer>(url);
  return text->referrer;
}

// The element's policy, else that of its document: what the last meta element before it said, or the response's field.
// A style sheet asks with its own URL and policy; without one of its own, with that of the document that links it, as
// it was at the link (W3C Referrer Policy section 4).
Initiator PageLoadState::initiator_of(const Resource& resource) {
  if (resource.parent == kNoResource) return {};
  const auto choose = [](std::optional<ReferrerPolicy>& policy, const std::optional<ReferrerPolicy>& next) {
    if (!policy) policy = next;
  };
  std::optional<ReferrerPolicy> policy = resource.reference.referrer_policy;
  choose(policy, resource.reference.document_policy);
  ResourceId asking = resource.parent;
  for (;;) {
    const Resource& asker = result_.resources[asking];
    if (slots_[asking].text) choose(policy, slots_[asking].text->referrer_policy);
    if (asker.reference.kind != ReferenceKind::Style || asker.parent == kNoResource) break;
    choose(policy, asker.reference.document_policy);
    asking = asker.parent;
  }
  return {referrer_of(asking), referrer_of(resource.parent), policy.value_or(kDefaultReferrerPolicy)};
}

FetchSpec PageLoadState::spec_for(ResourceId id) {
  const Resource& resource = result_.resources[id];
  const Reference& reference = resource.reference;
  FetchSpec spec;
  spec.url = environment_.engine.hsts_upgrade(reference.url).value_or(reference.url);
  spec.mode = request_.mode;
  spec.stale_if_slow = request_.stale_if_slow;
  spec.max_redirects = request_.max_redirects;
  spec.priority = priority_of(reference.kind, reference.lazy);
  spec.own_connection = reference.kind == ReferenceKind::Audio || reference.kind == ReferenceKind::Video;
  const bool needs_others = request_.include.empty() && request_.exclude.empty() && request_.limits.max_resources > 1;
  if (id == 0 && needs_others) spec.likely_to_follow = kLikelyToFollow;
  spec.kind = reference_kind_name(reference.kind);
  spec.max_body_bytes = request_.limits.max_resource_bytes;
  spec.refuse_private_addresses = public_page_ && !request_.allow_private;
  spec.refuse_private_after_public = id == 0 && !request_.allow_private;
  // RFC 6265bis section 5.2.1: a frame is for the page around it, only the page itself is a top-level navigation.
  spec.navigation = id == 0;
  if (id != 0) spec.site_for_cookies = result_.resources[0].final_url;
  spec.wants_body = reference.kind == ReferenceKind::Document || reference.kind == ReferenceKind::Frame ||
                    reference.kind == ReferenceKind::Style;
  const bool own_origin = is_of_origin(spec.url, document_origin_);
  spec.headers = request_headers({reference.kind, request_.accept_language, own_origin, request_.headers});
  spec.initiator = initiator_of(resource);
  spec.initiator.asks_for(reference);
  spec.initiator.keeps(request_.headers);
  if (own_origin) {
    spec.user = request_.user;
    spec.client_certificate = request_.client_certificate;
  }
  return spec;
}

}  // namespace pagehaul
