#include "engine/site.h"

#include <libpsl.h>

#include "engine/socket_address.h"
#include "pagehaul/url.h"

namespace pagehaul {

std::string site_of(const Url& url) {
  const std::string& host = url.host();
  const psl_ctx_t* const list = is_numeric_host(host) ? nullptr : psl_builtin();
  const char* const domain = list != nullptr ? psl_registrable_domain(list, host.c_str()) : nullptr;
  return std::string(url.scheme()) + "://" + (domain != nullptr ? domain : host);
}

}  // namespace pagehaul
