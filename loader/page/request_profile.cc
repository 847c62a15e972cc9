#include "page/request_profile.h"

#include "pagehaul/content_coding.h"

namespace pagehaul {
namespace {

// Fetch standard, "fetch", step "Accept".
std::string_view accept_for(ReferenceKind kind) {
  switch (kind) {
    case ReferenceKind::Document:
    case ReferenceKind::Frame:
      return "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    case ReferenceKind::Image:
    case ReferenceKind::Icon:
      return "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
    case ReferenceKind::Style:
      return "text/css,*/*;q=0.1";
    default:
      return "*/*";
  }
}

bool is_credential(std::string_view name) {
  return equals_ignoring_case(name, "Authorization") || equals_ignoring_case(name, "Cookie");
}

}  // namespace

Headers request_headers(const RequestProfile& profile) {
  Headers headers;
  headers.add("Accept", accept_for(profile.kind));
  // Media are asked for as they are, so that a part of them can be asked for too.
  if (profile.kind != ReferenceKind::Audio && profile.kind != ReferenceKind::Video) {
    headers.add("Accept-Encoding", accepted_content_codings());
  }
  if (!profile.accept_language.empty()) headers.add("Accept-Language", profile.accept_language);
  for (const Headers::Field& field : profile.own.fields()) {
    if (is_credential(field.name) && !profile.own_origin) continue;
    if (headers.has(field.name)) headers.remove(field.name);
  }
  for (const Headers::Field& field : profile.own.fields()) {
    if (!is_credential(field.name) || profile.own_origin) headers.add(field.name, field.value);
  }
  return headers;
}

}  // namespace pagehaul
