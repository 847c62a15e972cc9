#pragma once
// What a browser would send for a resource of that kind: Accept, Accept-Encoding, Accept-Language. Pure. (Who asks
// is told by initiator.h.)

#include "pagehaul/headers.h"
#include "pagehaul/references.h"

namespace pagehaul {

struct RequestProfile {
  ReferenceKind kind = ReferenceKind::Document;
  std::string_view url;
  std::string_view accept_language;  // "" none
  std::string_view document_origin;  // where credentials among `own` may go
  const Headers& own;                // the user's; they win
};

Headers request_headers(const RequestProfile& profile);

}  // namespace pagehaul
