#pragma once
// A jar of cookies (RFC 6265bis, "Cookies: HTTP State Management Mechanism"). No I/O, no clock: text and times are
// given. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/headers.h"

namespace pagehaul {

class Url;

// What a request is made for (section 5.2): decides about SameSite.
struct CookieContext {
  std::string site_for_cookies;  // the URL of the page it belongs to; "": it is one itself, or nobody's
  bool navigation = false;       // it loads that page, or a frame
  bool safe_method = true;       // GET, HEAD, OPTIONS, TRACE
};

class CookieJar {
 public:
  // One Set-Cookie field of a response from `url` (sections 5.6 and 5.7). False: it was not taken.
  bool receive(const Url& url, std::string_view set_cookie, const CookieContext& context, WallTime now);

  struct Sent {
    std::string field;  // "a=b; c=d", "" for none
    int count = 0;
  };
  // The Cookie field of a request to `url` (section 5.8).
  Sent cookies_for(const Url& url, const CookieContext& context, WallTime now);

  // Netscape's format, as curl reads and writes it. Lines that are no cookies are passed over. SameSite is not part of
  // the format: a cookie that is read back counts as one without it.
  void read_netscape(std::string_view text, WallTime now);
  std::string write_netscape(WallTime now) const;

  std::size_t size() const { return cookies_.size(); }

  static constexpr std::size_t kMostBytes = 4096;  // of a name and its value
  static constexpr std::size_t kMostOfDomain = 180;
  static constexpr std::size_t kMost = 3000;

 private:
  enum class SameSite : std::uint8_t { Default, None, Lax, Strict };
  struct Cookie {
    std::string name, value, domain, path;
    bool host_only = true, secure = false, http_only = false;
    SameSite same_site = SameSite::Default;
    std::optional<WallTime> expires;  // none: as long as the jar
    std::uint64_t created = 0, used = 0;
  };
  struct Attributes;

  bool put(Cookie cookie, bool from_secure, WallTime now);
  void drop_expired(WallTime now);
  void make_room(const std::string& domain);

  std::vector<Cookie> cookies_;
  std::uint64_t clock_ = 0;  // order of creation and use
};

// Section 5.1.1: a date in an Expires attribute, however it is written.
std::optional<WallTime> parse_cookie_date(std::string_view text);

}  // namespace pagehaul
