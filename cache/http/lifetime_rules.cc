// Freshness lifetimes that the user sets, by URL.
#include <algorithm>

#include "pagehaul/cache_policy.h"

namespace pagehaul {
namespace {

// The end of the set that begins at `at`, behind its `[`: `]` is of the set where it comes first, behind a `^`, too.
std::size_t set_end(std::string_view pattern, std::size_t at) {
  if (at < pattern.size() && pattern[at] == '^') ++at;
  return pattern.find(']', std::min(at + 1, pattern.size()));
}

// `set`: what is between the brackets.
bool is_in_set(std::string_view set, char byte) {
  const bool inverted = set.starts_with('^');
  if (inverted) set.remove_prefix(1);
  bool found = false;
  for (std::size_t at = 0; at < set.size(); ++at) {
    const bool range = at + 2 < set.size() && set[at + 1] == '-' && set[at] != ']';
    found = found || set[at] == byte || (range && set[at] <= byte && byte <= set[at + 2]);
    if (range) at += 2;
  }
  return found != inverted;
}

// Where the pattern goes on behind its element at `at`, which is no `*`; nothing when `byte` is not what it asks for.
std::optional<std::size_t> after_element(std::string_view pattern, std::size_t at, char byte) {
  if (pattern[at] != '[') return pattern[at] == '?' || pattern[at] == byte ? std::optional(at + 1) : std::nullopt;
  const std::size_t end = set_end(pattern, at + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return is_in_set(pattern.substr(at + 1, end - at - 1), byte) ? std::optional(end + 1) : std::nullopt;
}

// In time of at most the product of the lengths: after a `*` that has been passed, no earlier one needs another try.
bool matches_whole(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, i = 0, resume = 0;
  std::optional<std::size_t> star;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
      continue;
    }
    const auto next = at < pattern.size() ? after_element(pattern, at, text[i]) : std::nullopt;
    if (next) {
      at = *next;
      ++i;
    } else if (star) {
      at = *star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

bool matches(std::string_view pattern, std::string_view url) {
  const bool wild = pattern.find_first_of("*?[") != std::string_view::npos;
  return wild ? matches_whole(pattern, url) : url.find(pattern) != std::string_view::npos;
}

}  // namespace

Status check_lifetime_rule(const LifetimeRule& rule) {
  const std::string_view pattern = rule.pattern;
  const auto refused = [](const char* why) { return Status(ErrorKind::Usage, why); };
  if (pattern.empty()) return refused("a pattern of URLs is not empty");
  if (pattern.size() > kLongestLifetimePattern) return refused("a pattern of URLs has at most 1000 bytes");
  if (rule.lifetime.count() < 0) return refused("a lifetime is not below zero");
  for (std::size_t at = 0; (at = pattern.find('[', at)) != std::string_view::npos;) {
    at = set_end(pattern, at + 1);
    if (at == std::string_view::npos)
      return refused("'[' has no ']' in a pattern of URLs; '[[]' is the character itself");
  }
  return {};
}

const LifetimeRule* lifetime_rule(std::string_view url, std::span<const LifetimeRule> rules) {
  const auto rule = std::ranges::find_if(rules, [&](const LifetimeRule& each) { return matches(each.pattern, url); });
  return rule == rules.end() ? nullptr : &*rule;
}

}  // namespace pagehaul
