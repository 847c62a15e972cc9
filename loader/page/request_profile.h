#pragma once
// What a browser would send for a resource of that kind: Accept, Accept-Encoding, Referer. Pure.

#include "pagehaul/headers.h"
#include "pagehaul/references.h"

namespace pagehaul {

struct RequestProfile {
  ReferenceKind kind = ReferenceKind::Document;
  std::string_view url;
  std::string_view referrer;         // the referring document's or style sheet's URL; "" none
  std::string_view document_origin;  // where credentials among `own` may go
  const Headers& own;                // the user's; they win
};

// Referer by the default referrer policy, strict-origin-when-cross-origin (W3C Referrer Policy section 3.7).
Headers request_headers(const RequestProfile& profile);

}  // namespace pagehaul
