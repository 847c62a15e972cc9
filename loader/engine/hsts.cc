#include "engine/hsts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <vector>

#include "engine/socket_address.h"
#include "pagehaul/headers.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

constexpr std::string_view kFirstLines =
    "# The HSTS cache of pagehaul, in curl's format: https://curl.se/docs/hsts.html\n"
    "# Written whenever it changes; edit at your own risk.\n";
constexpr std::string_view kUnlimited = "unlimited";
constexpr std::size_t kLongestHost = 253;

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Reads a field's directives one by one.
class Directives {
 public:
  explicit Directives(std::string_view field) : rest_(field) {}

  struct Directive {
    std::string_view name;
    std::optional<std::string> value;
  };
  // Nothing at the end, and where the grammar is left (then is_broken()).
  std::optional<Directive> next() {
    for (rest_ = trim_ows(rest_); rest_.starts_with(';');) rest_ = trim_ows(rest_.substr(1));
    if (rest_.empty()) return std::nullopt;
    Directive directive;
    directive.name = token();
    rest_ = trim_ows(rest_);
    if (directive.name.empty()) return fail();
    if (rest_.starts_with('=')) {
      rest_ = trim_ows(rest_.substr(1));
      directive.value = rest_.starts_with('"') ? quoted() : std::optional(std::string(token()));
      rest_ = trim_ows(rest_);
      if (!directive.value || directive.value->empty()) return fail();
    }
    if (!rest_.empty() && !rest_.starts_with(';')) return fail();
    return directive;
  }
  bool is_broken() const { return broken_; }

 private:
  std::nullopt_t fail() {
    broken_ = true;
    return std::nullopt;
  }
  std::string_view token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    const std::string_view text = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(text.size());
    return text;
  }
  std::optional<std::string> quoted() {
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) break;
      text += rest_[i];
    }
    return std::nullopt;
  }

  std::string_view rest_;
  bool broken_ = false;
};

std::optional<std::int64_t> parse_age(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::int64_t age = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), age);
  return error == std::errc::result_out_of_range ? kLongestHstsAge : std::min(age, kLongestHstsAge);
}

std::string_view without_last_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// Without the dot that a name may end with. Nothing for addresses, which have no policy.
std::string_view hsts_host(std::string_view host) {
  host = without_last_dot(host);
  return host.empty() || host.size() > kLongestHost || is_numeric_host(host) ? std::string_view() : host;
}

// "20301231 23:59:59"
std::optional<WallTime> parse_end(std::string_view text) {
  std::tm parts{};
  int read = 0;
  if (std::sscanf(std::string(text).c_str(), "%4d%2d%2d %2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &read) != 6 ||
      static_cast<std::size_t>(read) != text.size())
    return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

std::string format_end(WallTime end) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(end));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return std::string(text.data(), std::strftime(text.data(), text.size(), "%Y%m%d %H:%M:%S", &parts));
}

}  // namespace

std::optional<HstsPolicy> parse_hsts(std::string_view field) {
  HstsPolicy policy;
  std::vector<std::string> seen;
  bool has_age = false;
  Directives directives(field);
  while (const auto directive = directives.next()) {
    const std::string name = ascii_lower(directive->name);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return std::nullopt;
    seen.push_back(name);
    if (name == "max-age") {
      const auto age = parse_age(directive->value.value_or(""));
      if (!age) return std::nullopt;
      policy.max_age = *age;
      has_age = true;
    } else if (name == "includesubdomains") {
      policy.include_subdomains = true;
    }
  }
  if (directives.is_broken() || !has_age) return std::nullopt;
  return policy;
}

void HstsStore::note(std::string_view host, std::string_view field, WallTime now) {
  host = hsts_host(host);
  const auto policy = parse_hsts(field);
  if (host.empty() || !policy) return;
  const std::lock_guard lock(mutex_);
  if (policy->max_age == 0) {
    const auto known = hosts_.find(host);
    if (known == hosts_.end()) return;
    hosts_.erase(known);
    noted_.insert_or_assign(std::string(host), std::nullopt);
    return;
  }
  if (hosts_.size() >= max_hosts_)
    std::erase_if(hosts_, [now](const auto& one) { return one.second.ends && *one.second.ends <= now; });
  const Host noted{now + std::chrono::seconds(policy->max_age), policy->include_subdomains};
  if (set(std::string(host), noted)) noted_.insert_or_assign(std::string(host), noted);
}

bool HstsStore::set(std::string host, Host policy) {
  if (hosts_.size() >= max_hosts_ && !hosts_.contains(host)) return false;
  hosts_.insert_or_assign(std::move(host), policy);
  return true;
}

bool HstsStore::is_known(std::string_view host, WallTime now) const {
  const std::lock_guard lock(mutex_);
  if (hosts_.empty()) return false;
  for (bool itself = true; !host.empty(); itself = false) {
    const auto known = hosts_.find(host);
    if (known != hosts_.end() && (itself || known->second.include_subdomains) &&
        (!known->second.ends || *known->second.ends > now))
      return true;
    const std::size_t dot = host.find('.');
    host = dot == std::string_view::npos ? std::string_view() : host.substr(dot + 1);
  }
  return false;
}

std::optional<std::string> HstsStore::upgraded(const Url& url, WallTime now) const {
  constexpr std::string_view kPlain = "http:";
  if (url.scheme() != "http" || !is_known(hsts_host(url.host()), now)) return std::nullopt;
  return "https:" + url.href().substr(kPlain.size());  // port 80 is not part of it
}

void HstsStore::read(std::string_view text, WallTime now) {
  const std::lock_guard lock(mutex_);
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::string_view host = line.substr(0, line.find_first_of(" \t"));
    const std::string_view rest = trim_ows(line.substr(host.size()));
    if (host.starts_with('#') || rest.size() < 2 || rest.front() != '"' || rest.back() != '"') continue;
    Host policy;
    policy.include_subdomains = host.starts_with('.');
    if (policy.include_subdomains) host.remove_prefix(1);
    const std::string_view end = rest.substr(1, rest.size() - 2);
    if (end != kUnlimited) {
      policy.ends = parse_end(end);
      if (!policy.ends || *policy.ends <= now) continue;
    }
    if (host = hsts_host(host); !host.empty()) set(ascii_lower(host), policy);
  }
  noted_.clear();
}

std::string HstsStore::write(WallTime now) const {
  const std::lock_guard lock(mutex_);
  std::string text(kFirstLines);
  for (const auto& [host, policy] : hosts_) {
    if (policy.ends && *policy.ends <= now) continue;
    text += (policy.include_subdomains ? "." : "") + host + " \"" +
            (policy.ends ? format_end(*policy.ends) : std::string(kUnlimited)) + "\"\n";
  }
  return text;
}

bool HstsStore::has_changed() const {
  const std::lock_guard lock(mutex_);
  return !noted_.empty();
}

std::string HstsStore::write_into(std::string_view file, WallTime now) const {
  HstsStore merged(max_hosts_);
  merged.read(file, now);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [host, policy] : noted_) {
      if (policy) {
        merged.set(host, *policy);
      } else {
        merged.hosts_.erase(host);
      }
    }
  }
  return merged.write(now);
}

}  // namespace pagehaul
