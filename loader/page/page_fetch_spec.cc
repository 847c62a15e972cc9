// PageLoadState: what is asked for a resource, and on whose behalf.

#include "page/page_load_state.h"
#include "page/request_profile.h"
#include "pagehaul/url.h"

namespace pagehaul {

// The element's policy, else that of its document: what the last meta element before it said, or the response's field.
// A style sheet asks with its own URL and policy; without one of its own, with that of the document that links it, as
// it was at the link (W3C Referrer Policy section 4).
Initiator PageLoadState::initiator_of(const Resource& resource) const {
  if (resource.parent == kNoResource) return {};
  const auto choose = [](std::optional<ReferrerPolicy>& policy, const std::optional<ReferrerPolicy>& next) {
    if (!policy) policy = next;
  };
  std::optional<ReferrerPolicy> policy = resource.reference.referrer_policy;
  choose(policy, resource.reference.document_policy);
  ResourceId asking = resource.parent;
  for (;;) {
    const Slot& slot = slots_[asking];
    choose(policy, slot.referrer_policy);
    if (slot.resource.reference.kind != ReferenceKind::Style || slot.resource.parent == kNoResource) break;
    choose(policy, slot.resource.reference.document_policy);
    asking = slot.resource.parent;
  }
  return {slots_[asking].resource.final_url, slots_[resource.parent].resource.final_url,
          policy.value_or(kDefaultReferrerPolicy)};
}

FetchSpec PageLoadState::spec_for(ResourceId id) const {
  const Resource& resource = slots_[id].resource;
  const Reference& reference = resource.reference;
  FetchSpec spec;
  spec.url = environment_.engine.hsts_upgrade(reference.url).value_or(reference.url);
  spec.mode = request_.mode;
  spec.stale_if_slow = request_.stale_if_slow;
  spec.max_redirects = request_.max_redirects;
  spec.priority = priority_of(reference);
  spec.own_connection = reference.kind == ReferenceKind::Audio || reference.kind == ReferenceKind::Video;
  spec.kind = reference_kind_name(reference.kind);
  spec.max_body_bytes = request_.limits.max_resource_bytes;
  spec.refuse_private_addresses = public_page_ && !request_.allow_private;
  spec.refuse_private_after_public = id == 0 && !request_.allow_private;
  // RFC 6265bis section 5.2.1: a frame is for the page around it, only the page itself is a top-level navigation.
  spec.navigation = id == 0;
  if (id != 0) spec.site_for_cookies = slots_[0].resource.final_url;
  spec.wants_body = reference.kind == ReferenceKind::Document || reference.kind == ReferenceKind::Frame ||
                    reference.kind == ReferenceKind::Style;
  spec.headers =
      request_headers({reference.kind, spec.url, request_.accept_language, document_origin_, request_.headers});
  spec.initiator = initiator_of(resource);
  spec.initiator.asks_for(reference);
  spec.initiator.keeps(request_.headers);
  const auto url = Url::parse(spec.url);
  if (url && url->origin() == document_origin_) {
    spec.user = request_.user;
    spec.client_certificate = request_.client_certificate;
  }
  return spec;
}

}  // namespace pagehaul
