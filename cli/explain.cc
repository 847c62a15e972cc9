#include "explain.h"

#include <fmt/core.h>

#include "pagehaul/cache_status.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

std::string source_of(const StoredResponse& response, Freshness::Source source) {
  switch (source) {
    case Freshness::Source::MaxAge:
      return "max-age gives it";
    case Freshness::Source::Expires:
      return "Expires gives it";
    case Freshness::Source::Heuristic:
      return response.headers.has("Last-Modified") ? "its Last-Modified suggests"
                                                   : "without a word from the server it gets";
    case Freshness::Source::User:
      return "--ttl gives it";
    case Freshness::Source::None:
      return "no lifetime is given:";
  }
  return "";
}

std::string why_so_long(const StoredResponse& response, const Freshness& fresh) {
  const std::string source = source_of(response, fresh.source);
  if (!response.lifetime)
    return fmt::format("{} {}, its age is {}", source, format_duration(fresh.lifetime), format_duration(fresh.age));
  // The age that it had when it was received does not count.
  const auto since = fresh.age - (fresh.lifetime - *response.lifetime);
  return fmt::format("{} {}, it was received {} ago", source, format_duration(*response.lifetime),
                     format_duration(since));
}

}  // namespace

std::string freshness_word(const StoredResponse& response, WallTime now) {
  if (!response.reusable) return "offline";
  if (response.invalidated) return "invalid";
  const Freshness fresh = freshness(response, now);
  return fresh.fresh() ? format_duration(fresh.lifetime - fresh.age) : "stale";
}

std::string explain_freshness(const StoredResponse& response, WallTime now) {
  if (!response.reusable) return "kept for offline loads only: its header fields forbid other use";
  if (response.invalidated) return "to be validated before use: a later request changed the resource";
  const Freshness fresh = freshness(response, now);
  const std::string why = why_so_long(response, fresh);
  if (fresh.fresh()) return fmt::format("fresh for another {}: {}", format_duration(fresh.lifetime - fresh.age), why);
  return fmt::format("stale since {}: {}", format_duration(fresh.age - fresh.lifetime), why);
}

std::string Explanation::words() const {
  const auto with_reason = [&](std::string_view action) {
    return decision.reason.empty() ? std::string(action) : fmt::format("{} ({})", action, decision.reason);
  };
  switch (decision.action) {
    case Decision::Action::Serve:
      return with_reason(decision.refresh_in_background ? "serve it, and validate it in the background"
                                                        : "serve it without asking");
    case Decision::Action::Revalidate:
      return with_reason("ask the server whether it is still current");
    case Decision::Action::Fetch:
      return with_reason("fetch it again");
    case Decision::Action::Miss:
      return with_reason("answer nothing");
  }
  return "";
}

std::string_view Explanation::clause() const {
  const std::size_t start = decision.reason.find("(RFC ");
  if (start == std::string_view::npos) return {};
  const std::string_view clause = decision.reason.substr(start + 1);
  return clause.substr(0, clause.find(')'));
}

Explanation explain_request(std::span<const Entry> entries, const Headers& asked, WallTime now, CacheMode mode,
                            std::optional<std::chrono::milliseconds> stale_if_slow) {
  std::vector<StoredResponse> stored;
  for (const Entry& entry : entries) stored.push_back(entry.response);
  Headers headers = asked;
  if (!stored.empty()) {
    for (const Headers::Field& field : stored.front().request_headers.fields())
      if (!asked.has(field.name)) headers.add(field.name, field.value);
  }
  const CacheRequest request{"GET", headers};
  const auto decide_at = [&](WallTime time) { return decide(request, stored, time, mode); };
  Explanation explanation;
  explanation.mode = mode;
  explanation.stale_if_slow = stale_if_slow;
  explanation.decision = decide_at(now);
  explanation.cache_status = cache_status(request, stored, explanation.decision, now, mode).text();
  if (explanation.decision.action != Decision::Action::Serve) {
    const auto stand_in = explanation.decision.stand_in;
    const CacheMode then = stale_if_slow ? CacheMode::StaleIfError : mode;
    explanation.stands_in = stand_in && may_serve_on_error(stored[*stand_in], now, then, headers);
    return explanation;
  }
  // Responses only get older: what is served now is served until a moment, which is found by halving.
  using std::chrono::milliseconds;
  const auto served_after = [&](milliseconds time) { return decide_at(now + time).action == Decision::Action::Serve; };
  milliseconds served{0}, ended = std::chrono::seconds(std::int64_t{1} << 31);
  if (served_after(ended)) return explanation;
  while (ended - served > milliseconds(1)) {
    const milliseconds middle = served + (ended - served) / 2;
    (served_after(middle) ? served : ended) = middle;
  }
  explanation.until = now + ended;
  explanation.afterwards = decide_at(*explanation.until).reason;
  return explanation;
}

}  // namespace pagehaul::cli
