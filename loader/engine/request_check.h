#pragma once
// What of a request may go on the wire. Pure.

#include "pagehaul/engine.h"

namespace pagehaul {

// Usage for a method or header field that would break out of its line (RFC 9110 sections 5.1, 5.5 and 9.1).
Status check_request(const Request& request);

}  // namespace pagehaul
