#pragma once
// Redirects (RFC 9110 section 15.4; Fetch standard, "HTTP-redirect fetch"), as a pure step: what the next request is.

#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/headers.h"
#include "pagehaul/status.h"

namespace pagehaul {

struct RedirectTarget {
  std::string url;  // without fragment
  bool same_origin = true;
  bool becomes_get = false;  // 303, and POST after 301 or 302: the body and its header fields are dropped
};

// Is this response a redirect that a loader follows: 301, 302, 303, 307, 308 with a Location?
bool is_redirect(int status, const Headers& response);

// Where it leads. RedirectRefused when the target is not http, https or ftp; InvalidUrl when Location is not a URL.
Result<RedirectTarget> redirect_target(std::string_view from_url, std::string_view method, int status,
                                       const Headers& response);

// The chain of one request: the limit and the loop.
class RedirectChain {
 public:
  explicit RedirectChain(int limit) : limit_(limit) {}
  // Called with each URL about to be requested, the first one too. A URL that comes again is a loop unless a cookie was
  // set in between (sites set one and lead back to where they were).
  Status enter(const std::string& url, bool cookie_set_since);

 private:
  int limit_;
  std::vector<std::string> seen_;
};

// The header fields to take along: without those of a dropped body, and without credentials to another origin.
Headers headers_after_redirect(const Headers& headers, const RedirectTarget& target);

}  // namespace pagehaul
