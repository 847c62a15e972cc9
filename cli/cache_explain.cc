// pagehaul cache explain: would a URL be answered from the store now, why, until when, and by which clause.

#include <fmt/core.h>

#include "cache_commands.h"
#include "cache_json.h"
#include "explain.h"
#include "request_arguments.h"
#include "table.h"
#include "units.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

struct ExplainArguments : CacheArguments {
  std::string url;
  Headers headers;
  CacheMode mode = CacheMode::Default;
  std::optional<std::chrono::milliseconds> stale_if_slow;
  std::vector<LifetimeRule> lifetimes;
};

std::string_view action_name(Decision::Action action) {
  switch (action) {
    case Decision::Action::Serve:
      return "serve";
    case Decision::Action::Revalidate:
      return "revalidate";
    case Decision::Action::Fetch:
      return "fetch";
    case Decision::Action::Miss:
      return "miss";
  }
  return "fetch";
}

// When what is stored is used only if the server is not.
std::string if_not_reached(const Explanation& explanation) {
  if (!explanation.stale_if_slow) return "if the server cannot be reached";
  return fmt::format("if the server cannot be reached or has not begun to answer within {}",
                     format_duration(*explanation.stale_if_slow));
}

std::string answer_of(const Explanation& explanation) {
  const Decision& decision = explanation.decision;
  switch (decision.action) {
    case Decision::Action::Serve:
      return decision.refresh_in_background ? "yes, stale, and it is validated in the background"
             : decision.stale               ? "yes, although it is stale"
                                            : "yes, without asking the server";
    case Decision::Action::Revalidate:
      return explanation.stands_in ? "after the server said that it is current, or " + if_not_reached(explanation)
                                   : "after the server said that it is current (304)";
    case Decision::Action::Fetch:
      return explanation.stands_in ? "only " + if_not_reached(explanation) : "no, it would be fetched";
    case Decision::Action::Miss:
      return "no, and nothing would be fetched";
  }
  return "no";
}

std::string until(const Explanation& explanation, WallTime now) {
  if (explanation.decision.action != Decision::Action::Serve) return "-";
  if (!explanation.until) return "for good";
  return fmt::format("{} (for {}), then: {}", format_local_time(*explanation.until),
                     format_duration(*explanation.until - now), explanation.afterwards);
}

std::string conditions(const Headers& headers) {
  std::string out;
  for (const Headers::Field& field : headers.fields())
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", field.name, field.value);
  return out.empty() ? "-" : out;
}

// Which of `entries` it is about.
std::optional<std::size_t> chosen(const Decision& decision) {
  if (decision.action == Decision::Action::Serve || decision.action == Decision::Action::Revalidate)
    return decision.index;
  return decision.completes ? decision.completes : decision.stand_in;
}

Json explanation_json(const Explanation& explanation, const std::string& url, const std::vector<Entry>& entries,
                      const LifetimeRule* rule, WallTime now) {
  const Decision& decision = explanation.decision;
  const auto index = chosen(decision);
  Json variants = Json::array();
  for (const Entry& entry : entries)
    variants.push_back(Json{{"entry", entry.id},
                            {"status", entry.response.status},
                            {"freshness", explain_freshness(entry.response, now)},
                            {"request_headers", json_of(entry.response.request_headers)}});
  const bool in_time = explanation.stands_in && explanation.stale_if_slow;
  return Json{{"schema", "pagehaul.explanation/1"},
              {"url", url},
              {"action", action_name(decision.action)},
              {"stale", decision.action == Decision::Action::Serve && decision.stale},
              {"entry", index ? Json(entries[*index].id) : Json(nullptr)},
              {"reason", decision.reason},
              {"clause", explanation.clause().empty() ? Json(nullptr) : Json(explanation.clause())},
              {"until", explanation.until ? Json(format_iso_time(*explanation.until)) : Json(nullptr)},
              {"afterwards", explanation.until ? Json(explanation.afterwards) : Json(nullptr)},
              {"stands_in_on_error", explanation.stands_in},
              {"stands_in_after_ms", in_time ? Json(explanation.stale_if_slow->count()) : Json(nullptr)},
              {"conditional", json_of(decision.conditional)},
              {"ttl_rule", rule == nullptr ? Json(nullptr)
                                           : Json{{"pattern", rule->pattern}, {"lifetime_ms", rule->lifetime.count()}}},
              {"cache_status", explanation.cache_status},
              {"stored", std::move(variants)}};
}

ExitCode explain(const ExplainArguments& arguments, Console& console) {
  const auto url = parse_url_argument(arguments.url);
  if (!url.ok()) return console.fail(url.status());
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  const std::string key = url->href_without_fragment();
  auto entries = (*store)->find(key);
  if (!entries.ok()) return console.fail(entries.status());
  const LifetimeRule* const rule = lifetime_rule(key, arguments.lifetimes);
  if (rule != nullptr)
    for (Entry& entry : *entries) entry.response.lifetime = rule->lifetime;
  const WallTime now = wall_clock();
  const Explanation explanation =
      explain_request(*entries, arguments.headers, now, arguments.mode, arguments.stale_if_slow);
  const ExitCode code = entries->empty() ? exit_code_of(ErrorKind::OfflineMiss) : ExitCode::Success;
  if (arguments.json) {
    console.out.write(json_line(explanation_json(explanation, key, *entries, rule, now)));
    return code;
  }
  const auto index = chosen(explanation.decision);
  std::vector<std::pair<std::string, std::string>> fields = {
      {"url", key},
      {"served from the store", answer_of(explanation)},
      {"why", std::string(explanation.decision.reason)},
      {"until", until(explanation, now)},
      {"request would add", conditions(explanation.decision.conditional)},
      {"Cache-Status", explanation.cache_status},
      {"entry",
       index ? fmt::format("{}, of {}", (*entries)[*index].id, format_count(entries->size(), "variant", "variants"))
             : format_count(entries->size(), "variant is stored", "variants are stored")},
      {"its freshness", index ? explain_freshness((*entries)[*index].response, now) : "-"}};
  if (rule != nullptr)
    fields.emplace_back("set by --ttl", fmt::format("{}, for {}", format_duration(rule->lifetime), rule->pattern));
  console.out.write(render_fields(fields, console.out_terminal));
  return code;
}

}  // namespace

void add_cache_explain(Command& cache) {
  const auto arguments = std::make_shared<ExplainArguments>();
  Command& command = cache.add_command(
      "explain", "Says whether a URL would be answered from the store now, why, until when, and by which clause.");
  command.argument("URL", Command::Need::Required, into(arguments->url), "what would be asked for")
      .option("-H,--header", "FIELD", header_into(arguments->headers),
              "the request has this header field; those that Vary selects on are else as when it was stored");
  add_cache_options(command, *arguments);
  command.group("How the store would be used");
  add_mode_options(command, arguments->mode);
  add_stale_if_slow_option(command, arguments->stale_if_slow);
  add_ttl_option(command, arguments->lifetimes);
  command.text("Exits 10 when nothing is stored of the URL.")
      .example("pagehaul cache explain https://example.org/style.css", "would the next load ask for it?")
      .example("pagehaul cache explain -H 'Cache-Control: max-age=60' https://example.org/", "a choosier client")
      .action([=](Console& console) { return explain(*arguments, console); });
}

}  // namespace pagehaul::cli
