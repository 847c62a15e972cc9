#include "engine/redirect.h"

#include <algorithm>

#include "pagehaul/url.h"

namespace pagehaul {

bool is_redirect(int status, const Headers& response) {
  switch (status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return response.has("Location");
    default:
      return false;
  }
}

Result<RedirectTarget> redirect_target(std::string_view from_url, std::string_view method, int status,
                                       const Headers& response) {
  const std::string location(trim_ows(response.get("Location").value_or("")));
  const auto from = Url::parse(from_url);
  if (!from) return Status(ErrorKind::InvalidUrl, "not a URL: " + std::string(from_url));
  const auto to = Url::parse(location, &*from);
  if (!to) return Status(ErrorKind::InvalidUrl, "the redirect's Location is not a URL: " + location);
  if (to->scheme() != "http" && to->scheme() != "https" && to->scheme() != "ftp") {
    return Status(ErrorKind::RedirectRefused,
                  "redirect to a scheme that is never requested: " + std::string(to->scheme()) + ":");
  }
  RedirectTarget target;
  target.url = to->href_without_fragment();
  target.same_origin = to->origin() == from->origin();
  target.becomes_get =
      (status == 303 && method != "GET" && method != "HEAD") || ((status == 301 || status == 302) && method == "POST");
  return target;
}

Status RedirectChain::enter(const std::string& url, bool cookie_set_since) {
  if (!cookie_set_since && std::find(seen_.begin(), seen_.end(), url) != seen_.end()) {
    return Status(ErrorKind::RedirectLoop, "redirects in a circle, back to " + url);
  }
  if (seen_.size() > static_cast<std::size_t>(limit_)) {
    return Status(ErrorKind::TooManyRedirects,
                  "more than " + std::to_string(limit_) + " redirects, the last one to " + url);
  }
  seen_.push_back(url);
  return {};
}

Headers headers_after_redirect(const Headers& headers, const RedirectTarget& target) {
  Headers kept = headers;
  if (target.becomes_get) {
    for (const char* name : {"Content-Type", "Content-Length", "Content-Encoding", "Content-Language",
                             "Content-Location", "Transfer-Encoding"}) {
      kept.remove(name);
    }
  }
  if (!target.same_origin) {
    for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) kept.remove(name);
  }
  return kept;
}

}  // namespace pagehaul
