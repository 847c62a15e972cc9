#include "page/initiator.h"

#include <algorithm>
#include <utility>

#include "engine/site.h"
#include "pagehaul/url.h"

namespace pagehaul {

Initiator::Initiator(std::shared_ptr<const Referrer> document, std::shared_ptr<const Referrer> referrer,
                     ReferrerPolicy policy)
    : document_(std::move(document)), referrer_(std::move(referrer)), policy_(policy) {}

void Initiator::asks_for(const Reference& reference) {
  destination_ = fetch_destination(reference);
  mode_ = fetch_mode(reference);
  // Fonts and manifests are asked for anonymously by themselves.
  if (mode_ == "cors") cors_ = reference.cors == Cors::UseCredentials ? Cors::UseCredentials : Cors::Anonymous;
}

void Initiator::keeps(const Headers& own) {
  own_ = own;
}

void Initiator::set(Headers& headers, std::string_view name, std::string_view value) const {
  if (own_.has(name)) return;
  headers.remove(name);
  if (!value.empty()) headers.add(name, value);
}

void Initiator::set_fields(Headers& headers, std::string_view url) {
  if (destination_.empty()) return;
  const bool own = document_ && !document_->whole().empty() && begins_with_origin(url, document_->origin());
  const auto parsed = own ? std::optional<Url>() : Url::parse(url);
  if (!own && !parsed) return;
  const RequestTarget target = own ? RequestTarget(*document_) : RequestTarget(*parsed);
  // What a hop has cut off the referrer, later hops do not know (Fetch standard, "main fetch": the request's referrer
  // is what was determined).
  std::string referer;
  if (referrer_) {
    referer = referer_for(policy_, *referrer_, target);
    if (referer != referrer_->whole()) referrer_ = std::make_shared<const Referrer>(*referrer_, referer);
  }
  set(headers, "Referer", referer);

  // Fetch Metadata section 2.3: the whole URL list is looked at.
  if (document_ && !document_->origin().empty()) {
    if (parsed && document_->origin() != target.origin)
      site_ = std::max(site_, document_->site() == site_of(*parsed) ? Site::SameSite : Site::CrossSite);
    if (cors_ != Cors::None) set_origin(headers, target.origin);
  }
  const bool told = target.trustworthy;
  const bool by_user = !document_;
  const std::string_view site = by_user                    ? "none"
                                : site_ == Site::CrossSite ? "cross-site"
                                : site_ == Site::SameSite  ? "same-site"
                                                           : "same-origin";
  set(headers, "Sec-Fetch-Site", told ? site : "");
  set(headers, "Sec-Fetch-Mode", told ? mode_ : "");
  set(headers, "Sec-Fetch-User", told && by_user ? "?1" : "");
  set(headers, "Sec-Fetch-Dest", told ? destination_ : "");
}

// Fetch standard, "append a request `Origin` header" and "redirect-taint".
void Initiator::set_origin(Headers& headers, const std::string& target) {
  const std::string& own = document_->origin();
  tainted_ |= !last_origin_.empty() && last_origin_ != target && last_origin_ != own;
  crossed_ |= target != own;
  last_origin_ = target;
  set(headers, "Origin", !crossed_ ? "" : tainted_ ? "null" : own);
}

void Initiator::redirected(const Headers& response) {
  policy_ = referrer_policy_of(response).value_or(policy_);
}

std::string_view fetch_destination(const Reference& reference) {
  switch (reference.kind) {
    case ReferenceKind::Document:
      return "document";
    case ReferenceKind::Frame:
      return reference.element == "frame" ? "frame" : "iframe";
    case ReferenceKind::Style:
      return "style";
    case ReferenceKind::Script:
      return "script";
    case ReferenceKind::Image:
    case ReferenceKind::Icon:
      return "image";
    case ReferenceKind::Audio:
      return "audio";
    case ReferenceKind::Video:
      return "video";
    case ReferenceKind::Track:
      return "track";
    case ReferenceKind::Font:
      return "font";
    case ReferenceKind::Manifest:
      return "manifest";
    case ReferenceKind::Object:
      return reference.element == "embed" ? "embed" : "object";
    case ReferenceKind::Preload:
    case ReferenceKind::Prefetch:
    case ReferenceKind::Other:
      break;
  }
  return "empty";
}

std::string_view fetch_mode(const Reference& reference) {
  switch (reference.kind) {
    case ReferenceKind::Document:
    case ReferenceKind::Frame:
    case ReferenceKind::Object:
      return "navigate";
    case ReferenceKind::Manifest:
      return "cors";
    case ReferenceKind::Font:  // CSS Fonts, "fetch a font"; a preload of one is as any other
      return reference.cors != Cors::None || reference.element.starts_with('@') ? "cors" : "no-cors";
    case ReferenceKind::Track:  // HTML: a potential-CORS request with the same-origin fallback flag; but for preloads
      return reference.cors != Cors::None ? "cors" : reference.element == "track" ? "same-origin" : "no-cors";
    default:
      return reference.cors != Cors::None ? "cors" : "no-cors";
  }
}

}  // namespace pagehaul
