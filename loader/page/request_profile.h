#pragma once
// What a browser would send for a resource of that kind: Accept, Accept-Encoding, Accept-Language. Pure. (Who asks
// is told by initiator.h.)

#include "pagehaul/headers.h"
#include "pagehaul/references.h"

namespace pagehaul {

struct RequestProfile {
  ReferenceKind kind = ReferenceKind::Document;
  std::string_view accept_language;  // "" none
  bool own_origin = true;            // it is of the document's origin, where credentials among `own` may go
  const Headers& own;                // the user's; they win
};

Headers request_headers(const RequestProfile& profile);

}  // namespace pagehaul
