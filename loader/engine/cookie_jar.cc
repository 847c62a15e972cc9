#include "engine/cookie_jar.h"

#include <libpsl.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/site.h"
#include "engine/socket_address.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

constexpr std::chrono::hours kLongest{400 * 24};  // section 5.5: no cookie lives longer

// Section 5.1.3.
bool domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.' &&
         !is_numeric_host(host);
}

// Section 5.1.4.
std::string default_path(std::string_view path) {
  const std::size_t last = path.rfind('/');
  return !path.starts_with('/') || last == 0 ? "/" : std::string(path.substr(0, last));
}
bool path_matches(std::string_view path, std::string_view cookie_path) {
  return path.starts_with(cookie_path) &&
         (path.size() == cookie_path.size() || cookie_path.ends_with('/') || path[cookie_path.size()] == '/');
}

// https, or this machine itself, from where nobody listens in.
bool is_secure(const Url& url) {
  const std::string& host = url.host();
  return url.scheme() == "https" || host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "[::1]";
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != 0x09) || byte == 0x7F;
  });
}

std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// "-5", "60"; clamped, since any number of digits may come.
std::optional<std::int64_t> parse_max_age(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
  std::int64_t seconds = INT64_MAX;
  if (digits.size() < 18) std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return text.starts_with('-') ? -1 : seconds;
}

// A suffix under which anybody may have a name: "com", "co.uk", "github.io".
bool is_public_suffix(const std::string& domain) {
  const psl_ctx_t* const list = psl_builtin();
  return list == nullptr || psl_is_public_suffix(list, domain.c_str()) == 1;
}

bool is_same_site(const Url& url, const CookieContext& context) {
  if (context.site_for_cookies.empty()) return true;
  const auto page = Url::parse(context.site_for_cookies);
  return page && site_of(*page) == site_of(url);
}

}  // namespace

struct CookieJar::Attributes {
  std::string domain, path;
  bool secure = false, http_only = false, has_path = false;
  SameSite same_site = SameSite::Default;
  std::optional<WallTime> expires, max_age;

  void read(std::string_view text, WallTime now) {
    while (!text.empty()) {
      std::string_view value = next_part(text, ';');
      const std::string_view name = trim_ows(next_part(value, '='));
      value = trim_ows(value);
      if (value.size() > 1024) continue;
      if (equals_ignoring_case(name, "Expires")) {
        if (const auto date = parse_cookie_date(value)) expires = std::min<WallTime>(*date, now + kLongest);
      } else if (equals_ignoring_case(name, "Max-Age")) {
        if (const auto age = parse_max_age(value)) {
          const std::chrono::seconds longest(kLongest);
          max_age = *age <= 0 ? WallTime::min() : now + std::min(longest, std::chrono::seconds(*age));
        }
      } else if (equals_ignoring_case(name, "Domain")) {
        domain = ascii_lower(value.starts_with('.') ? value.substr(1) : value);
      } else if (equals_ignoring_case(name, "Path")) {
        has_path = value.starts_with('/');
        path = value;
      } else if (equals_ignoring_case(name, "Secure")) {
        secure = true;
      } else if (equals_ignoring_case(name, "HttpOnly")) {
        http_only = true;
      } else if (equals_ignoring_case(name, "SameSite")) {
        same_site = equals_ignoring_case(value, "Strict") ? SameSite::Strict
                    : equals_ignoring_case(value, "Lax")  ? SameSite::Lax
                    : equals_ignoring_case(value, "None") ? SameSite::None
                                                          : SameSite::Default;
      }
    }
  }
};

bool CookieJar::receive(const Url& url, std::string_view set_cookie, const CookieContext& context, WallTime now) {
  if (has_control(set_cookie)) return false;
  std::string_view rest = set_cookie;
  std::string_view pair = next_part(rest, ';');
  Cookie cookie;
  if (const std::size_t equals = pair.find('='); equals == std::string_view::npos) {
    cookie.value = trim_ows(pair);
  } else {
    cookie.name = trim_ows(pair.substr(0, equals));
    cookie.value = trim_ows(pair.substr(equals + 1));
  }
  if ((cookie.name.empty() && cookie.value.empty()) || cookie.name.size() + cookie.value.size() > kMostBytes)
    return false;
  Attributes attributes;
  attributes.read(rest, now);

  // Section 5.7, step by step.
  cookie.expires = attributes.max_age ? attributes.max_age : attributes.expires;
  const std::string& host = url.host();
  if (!attributes.domain.empty() && attributes.domain != host && is_public_suffix(attributes.domain)) return false;
  if (!attributes.domain.empty() && !domain_matches(host, attributes.domain)) return false;
  cookie.host_only = attributes.domain.empty() || is_public_suffix(attributes.domain) || is_numeric_host(host);
  cookie.domain = cookie.host_only ? host : attributes.domain;
  cookie.path = attributes.has_path ? attributes.path : default_path(url.path());
  cookie.secure = attributes.secure;
  cookie.http_only = attributes.http_only;
  cookie.same_site = attributes.same_site;
  if (cookie.secure && !is_secure(url)) return false;
  if (cookie.same_site == SameSite::None && !cookie.secure) return false;
  const bool wants_same_site = cookie.same_site != SameSite::None;
  if (wants_same_site && !context.navigation && !is_same_site(url, context)) return false;
  const std::string prefix = ascii_lower(cookie.name.empty() ? cookie.value : cookie.name);
  if (prefix.starts_with("__secure-") && !cookie.secure) return false;
  if (prefix.starts_with("__host-") && !(cookie.secure && cookie.host_only && attributes.path == "/")) return false;
  return put(std::move(cookie), is_secure(url), now);
}

bool CookieJar::put(Cookie cookie, bool from_secure, WallTime now) {
  drop_expired(now);
  const auto same = std::find_if(cookies_.begin(), cookies_.end(), [&cookie](const Cookie& old) {
    return old.name == cookie.name && old.domain == cookie.domain && old.host_only == cookie.host_only &&
           old.path == cookie.path;
  });
  // Section 5.7, "leave secure cookies alone": who can change what goes over plain HTTP sets none of their names.
  const bool overlays_secure =
      !from_secure && std::any_of(cookies_.begin(), cookies_.end(), [&cookie](const Cookie& old) {
        return old.secure && old.name == cookie.name &&
               (domain_matches(old.domain, cookie.domain) || domain_matches(cookie.domain, old.domain)) &&
               path_matches(cookie.path, old.path);
      });
  if (overlays_secure) return false;
  cookie.created = cookie.used = ++clock_;
  if (same != cookies_.end()) {
    cookie.created = same->created;
    cookies_.erase(same);
  }
  if (cookie.expires && *cookie.expires <= now) return true;  // that is how one is taken away
  make_room(cookie.domain);
  cookies_.push_back(std::move(cookie));
  return true;
}

void CookieJar::drop_expired(WallTime now) {
  std::erase_if(cookies_, [now](const Cookie& cookie) { return cookie.expires && *cookie.expires <= now; });
}

// Those least recently used go first: of the domain that has too many, then of all.
void CookieJar::make_room(const std::string& domain) {
  const auto drop_oldest = [this](auto&& belongs) {
    auto oldest = cookies_.end();
    for (auto it = cookies_.begin(); it != cookies_.end(); ++it) {
      if (belongs(*it) && (oldest == cookies_.end() || it->used < oldest->used)) oldest = it;
    }
    cookies_.erase(oldest);
  };
  const auto of_domain = [&domain](const Cookie& cookie) { return cookie.domain == domain; };
  if (static_cast<std::size_t>(std::count_if(cookies_.begin(), cookies_.end(), of_domain)) >= kMostOfDomain) {
    drop_oldest(of_domain);
  }
  if (cookies_.size() >= kMost) drop_oldest([](const Cookie&) { return true; });
}

CookieJar::Sent CookieJar::cookies_for(const Url& url, const CookieContext& context, WallTime now) {
  drop_expired(now);
  const bool same_site = is_same_site(url, context);
  const bool lax = same_site || (context.navigation && context.safe_method);
  std::vector<Cookie*> chosen;
  for (Cookie& cookie : cookies_) {
    const bool domain = cookie.host_only ? url.host() == cookie.domain : domain_matches(url.host(), cookie.domain);
    if (!domain || !path_matches(url.path(), cookie.path) || (cookie.secure && !is_secure(url))) continue;
    if (cookie.same_site == SameSite::Strict && !same_site) continue;
    // Section 5.6.7.2: one that says nothing counts as Lax.
    if ((cookie.same_site == SameSite::Lax || cookie.same_site == SameSite::Default) && !lax) continue;
    chosen.push_back(&cookie);
  }
  std::sort(chosen.begin(), chosen.end(), [](const Cookie* a, const Cookie* b) {
    return a->path.size() != b->path.size() ? a->path.size() > b->path.size() : a->created < b->created;
  });
  Sent sent;
  for (Cookie* cookie : chosen) {
    cookie->used = ++clock_;
    if (!sent.field.empty()) sent.field += "; ";
    if (!cookie->name.empty()) sent.field.append(cookie->name).append("=");
    sent.field += cookie->value;
    ++sent.count;
  }
  return sent;
}

void CookieJar::read_netscape(std::string_view text, WallTime now) {
  while (!text.empty()) {
    std::string_view line = next_part(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    Cookie cookie;
    constexpr std::string_view kHttpOnly = "#HttpOnly_";
    if (line.starts_with(kHttpOnly)) {
      cookie.http_only = true;
      line.remove_prefix(kHttpOnly.size());
    } else if (line.starts_with('#')) {
      continue;
    }
    std::array<std::string_view, 6> fields;
    for (std::string_view& field : fields) field = next_part(line, '\t');
    const std::string_view value = line;
    std::int64_t expires = 0;
    const auto [end, error] = std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), expires);
    if (error != std::errc() || end != fields[4].data() + fields[4].size() || fields[0].empty() ||
        !fields[2].starts_with('/') || has_control(fields[5]) || has_control(value) ||
        fields[5].size() + value.size() > kMostBytes)
      continue;
    cookie.domain = ascii_lower(fields[0].starts_with('.') ? fields[0].substr(1) : fields[0]);
    cookie.host_only = !equals_ignoring_case(fields[1], "TRUE");
    cookie.path = fields[2];
    cookie.secure = equals_ignoring_case(fields[3], "TRUE");
    constexpr std::int64_t kYear9999 = 253402300799;
    const std::chrono::seconds since_epoch(std::clamp<std::int64_t>(expires, -1, kYear9999));
    if (expires != 0) cookie.expires = std::min<WallTime>(WallTime(since_epoch), now + kLongest);
    cookie.name = fields[5];
    cookie.value = value;
    if (!cookie.host_only && is_public_suffix(cookie.domain)) continue;
    put(std::move(cookie), true, now);
  }
}

std::string CookieJar::write_netscape(WallTime now) const {
  std::string text = "# Netscape HTTP Cookie File\n# Written by pagehaul. The cookies in it are credentials.\n\n";
  for (const Cookie& cookie : cookies_) {
    if (cookie.expires && *cookie.expires <= now) continue;
    if (cookie.http_only) text += "#HttpOnly_";
    text.append(cookie.host_only ? "" : ".").append(cookie.domain);
    text.append(cookie.host_only ? "\tFALSE\t" : "\tTRUE\t").append(cookie.path);
    text.append(cookie.secure ? "\tTRUE\t" : "\tFALSE\t");
    const auto expires = cookie.expires ? cookie.expires->time_since_epoch() : WallTime::duration::zero();
    text += std::to_string(std::chrono::ceil<std::chrono::seconds>(expires).count());
    text.append("\t").append(cookie.name).append("\t").append(cookie.value).append("\n");
  }
  return text;
}

}  // namespace pagehaul
