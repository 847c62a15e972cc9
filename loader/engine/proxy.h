#pragma once
// Which proxy a URL is asked through: the option's, or the environment's as curl reads it. Pure: the environment is
// given.

#include <functional>
#include <string>
#include <string_view>

#include "pagehaul/engine.h"

namespace pagehaul {

class ProxySettings {
 public:
  // A variable's value, or nullptr.
  using Environment = std::function<const char*(const char* name)>;
  // http_proxy counts in lower case only, since a web server hands a request's Proxy field to programs as HTTP_PROXY.
  ProxySettings(const EngineOptions& options, const Environment& environment);

  // The proxy's URL, with credentials; "" for none.
  const std::string& proxy_for(std::string_view scheme, std::string_view host) const;

 private:
  std::string http_, https_, exempt_;
};

// Does a no_proxy list name this host? Entries are host names that stand for their subdomains too, with or without a
// leading dot, IP addresses, and networks ("10.0.0.0/8", "fd00::/8"); "*" alone names every host.
bool is_named_by(std::string_view no_proxy, std::string_view host);

// A proxy's URL without its credentials, to be shown.
std::string shown_proxy(std::string_view proxy);

// The host a proxy's URL names.
std::string host_of_proxy(std::string_view proxy);

}  // namespace pagehaul
