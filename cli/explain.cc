#include "explain.h"

#include <fmt/core.h>

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
    case Freshness::Source::None:
      return "no lifetime is given:";
  }
  return "";
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
  const std::string why = fmt::format("{} {}, its age is {}", source_of(response, fresh.source),
                                      format_duration(fresh.lifetime), format_duration(fresh.age));
  if (fresh.fresh()) return fmt::format("fresh for another {}: {}", format_duration(fresh.lifetime - fresh.age), why);
  return fmt::format("stale since {}: {}", format_duration(fresh.age - fresh.lifetime), why);
}

std::string explain_next_use(std::span<const StoredResponse> stored, WallTime now) {
  const Headers none;
  const Decision decision = decide({"GET", none}, stored, now, CacheMode::Default);
  const auto with_reason = [&](std::string_view action) {
    return decision.reason.empty() ? std::string(action) : fmt::format("{} ({})", action, decision.reason);
  };
  switch (decision.action) {
    case Decision::Action::Serve:
      return with_reason("serve it without asking");
    case Decision::Action::Revalidate:
      return with_reason("ask the server whether it is still current");
    case Decision::Action::Fetch:
      return with_reason("fetch it again");
    case Decision::Action::Miss:
      return with_reason("answer nothing");
  }
  return "";
}

}  // namespace pagehaul::cli
