#pragma once
// How an HTTP/2 server is told which of a connection's responses matters more. Pure.

#include <string_view>

#include "pagehaul/engine.h"

namespace pagehaul {

// RFC 7540 section 5.3.2: the share of an HTTP/2 connection that a stream gets beside the others.
long stream_weight(Priority priority);

// RFC 9218 section 4.1: the value of a request's field Priority; "" where the request has the default urgency.
std::string_view priority_field(Priority priority);

}  // namespace pagehaul
