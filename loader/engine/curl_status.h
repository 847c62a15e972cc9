#pragma once
// The one place where curl's error codes become ours.

#include <curl/curl.h>

#include <string_view>

#include "engine/request_machine.h"
#include "pagehaul/status.h"

namespace pagehaul {

// `detail` is curl's error buffer; `phase` tells what a time-out was waiting for; `host` is named in the message.
Status status_from_curl(CURLcode code, std::string_view detail, RequestPhase phase, std::string_view host);

}  // namespace pagehaul
