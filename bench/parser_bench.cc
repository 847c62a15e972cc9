// Text in, references out: bytes a second, and how the time grows with the input.

#include <benchmark/benchmark.h>

#include <string>

#include "pagehaul/references.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// An article's markup, `references` times: text, links that are not followed, and one image with candidates.
std::string document(std::int64_t references) {
  std::string text = "<!doctype html><title>Bench</title><style>.card{background:url(card.png)}p{margin:0}</style>";
  for (std::int64_t i = 0; i < references; ++i) {
    const std::string n = std::to_string(i);
    text += "<section class='card wide' id='s" + n + "'><h2>Heading " + n +
            "</h2><p>Some words with an <a href='/article/" + n +
            "?from=list&amp;page=2'>anchor</a> and an entity &mdash; then more words, as articles have them.</p><img "
            "src='/i/" +
            n + ".jpg' srcset='/i/" + n + "-480.jpg 480w, /i/" + n +
            "-960.jpg 960w' sizes='(min-width: 600px) 50vw, 100vw' alt=''></section>";
  }
  return text;
}

std::string sheet(std::int64_t rules) {
  std::string text = "@import 'base.css' layer(base) screen;";
  for (std::int64_t i = 0; i < rules; ++i) {
    const std::string n = std::to_string(i);
    text += "/* rule " + n + " */ .card" + n + " > .title:not(.plain), #id" + n +
            " a:hover { color: #123456; margin: 0 auto; background: url(\"img/" + n +
            ".png\") no-repeat, linear-gradient(red, blue) }\n";
  }
  return text;
}

const Url& base() {
  static const Url url = *Url::parse("https://www.example.org/section/index.html");
  return url;
}

void scan_tags(benchmark::State& state) {
  const std::string text = document(state.range(0));
  for (auto _ : state) {
    const auto scanner = TagScanner::create(base(), "text/html; charset=utf-8", {});
    std::vector<Reference> found;
    for (std::size_t at = 0; at < text.size(); at += 16384)
      scanner->feed(std::string_view(text).substr(at, 16384), found);
    scanner->finish(found);
    if (found.size() < static_cast<std::size_t>(state.range(0))) state.SkipWithError("references are missing");
    benchmark::DoNotOptimize(found);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(scan_tags)->RangeMultiplier(10)->Range(10, 10000)->Complexity();

void read_document(benchmark::State& state) {
  const std::string text = document(state.range(0));
  for (auto _ : state) {
    const References found = extract_document_references(text, base(), "text/html; charset=utf-8", {});
    if (found.references.size() < static_cast<std::size_t>(state.range(0)) || !found.degraded.empty())
      state.SkipWithError("references are missing");
    benchmark::DoNotOptimize(found);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(read_document)->RangeMultiplier(10)->Range(10, 10000)->Complexity();

void read_sheet(benchmark::State& state) {
  const std::string text = sheet(state.range(0));
  for (auto _ : state) {
    const References found = extract_style_references(text, base(), "text/css", {});
    if (found.references.size() != static_cast<std::size_t>(state.range(0)) + 1)
      state.SkipWithError("references are missing");
    benchmark::DoNotOptimize(found);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(read_sheet)->RangeMultiplier(10)->Range(10, 10000)->Complexity();

void choose_candidate(benchmark::State& state) {
  std::string text = "<!doctype html><img sizes='(min-width: 600px) calc(50vw - 2em), 100vw' srcset='";
  for (std::int64_t i = 1; i <= state.range(0); ++i)
    text += "/photo-" + std::to_string(i * 10) + ".jpg " + std::to_string(i * 10) + "w, ";
  text += "'>";
  for (auto _ : state) {
    const References found = extract_document_references(text, base(), "text/html; charset=utf-8", {});
    if (found.references.size() != 1) state.SkipWithError("not one candidate");
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(choose_candidate)->Arg(4)->Arg(1000);

void resolve_url(benchmark::State& state, const std::string& input) {
  for (auto _ : state) {
    const auto url = Url::parse(input, &base());
    if (!url) state.SkipWithError("not a URL");
    benchmark::DoNotOptimize(url);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(resolve_url, relative, "../img/photo.jpg?w=480&v=2");
BENCHMARK_CAPTURE(resolve_url, absolute, "https://static.example.org/a/b/c/d.css");
BENCHMARK_CAPTURE(resolve_url, international,
                  "https://b\xC3\xBC"
                  "cher.example/stra\xC3\x9F"
                  "e");

void media_query(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        media_matches("only screen and (min-width: 600px) and (max-resolution: 2dppx), print", {}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(media_query);

}  // namespace
}  // namespace pagehaul
