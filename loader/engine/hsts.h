#pragma once
// HTTP Strict Transport Security (RFC 6797): which hosts are asked over https only, as they said themselves. Any
// thread. The time is given.

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/cache_policy.h"
#include "pagehaul/status.h"

namespace pagehaul {

class Url;

// A Strict-Transport-Security field (section 6.1).
struct HstsPolicy {
  std::int64_t max_age = 0;  // seconds, as many as kLongestHstsAge
  bool include_subdomains = false;
};
inline constexpr std::int64_t kLongestHstsAge = std::int64_t{100} * 365 * 24 * 3600;
// Nothing for a field that does not keep to the grammar, which is ignored as a whole.
std::optional<HstsPolicy> parse_hsts(std::string_view field);

class HstsStore {
 public:
  // At most so many hosts: what comes then is not noted.
  explicit HstsStore(std::size_t max_hosts) : max_hosts_(max_hosts) {}

  // A response's first Strict-Transport-Security field, which came over https without a doubt about the certificate.
  // Addresses have no policy (section 8.1.1).
  void note(std::string_view host, std::string_view field, WallTime now);
  // An http URL of a known host as https, its port 80 as 443 (section 8.3); nothing for any other URL.
  std::optional<std::string> upgraded(const Url& url, WallTime now) const;

  // curl's file: lines of a host, with a dot before it where its subdomains count, and when that ends, in UTC:
  //   .example.org "20301231 23:59:59"
  // or "unlimited". What is no such line, and what is over, is passed over.
  void read(std::string_view text, WallTime now);
  std::string write(WallTime now) const;
  // Was anything noted since the last read()?
  bool has_changed() const;
  // What to write into a file that holds `file` now, which another process may have written since read(): that, and
  // what was noted since.
  std::string write_into(std::string_view file, WallTime now) const;

 private:
  struct Host {
    std::optional<WallTime> ends;  // nothing: never
    bool include_subdomains = false;
  };
  bool is_known(std::string_view host, WallTime now) const;
  bool set(std::string host, Host policy);  // false: there are too many

  const std::size_t max_hosts_;
  mutable std::mutex mutex_;
  std::map<std::string, Host, std::less<>> hosts_;                 // names without a dot at their ends
  std::map<std::string, std::optional<Host>, std::less<>> noted_;  // since the last read(); nothing: taken back
};

}  // namespace pagehaul
