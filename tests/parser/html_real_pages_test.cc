// Real pages, and what Chromium asked for when it loaded them.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "real_pages.h"
#include "reference_lines.h"

namespace pagehaul {
namespace {

using nlohmann::json;

struct MeasuredRun {
  const char* name;
  Screen screen;
  bool scripting;
  bool lazy;  // lazy images were scrolled into view, or there was no laziness
};
constexpr MeasuredRun kRuns[] = {{"nojs", {1280, 800, 1}, false, true},
                                 {"nojs_m", {400, 800, 2}, false, true},
                                 {"js", {1280, 800, 1}, true, false},
                                 {"js_scroll", {1280, 800, 1}, true, true}};

struct Page {
  std::string name;
  std::string html;
  json chromium;
  Url url;
};

class RealPages : public testing::Test {
 protected:
  void SetUp() override {
    const auto directory = test::real_pages_directory();
    if (!directory) GTEST_SKIP() << "no real pages at $PAGEHAUL_SHARED_DATA or ../shared/data";
    for (const std::string& name : test::real_page_names(*directory)) {
      const json chromium = json::parse(test::read_whole_file(*directory / "chromium" / (name + ".json")));
      const auto url = Url::parse(chromium["base"].get<std::string>());
      ASSERT_TRUE(url) << name;
      pages_.push_back({name, test::read_whole_file(*directory / "pages" / (name + ".html")), chromium, *url});
    }
  }

  static ReferenceOptions options_of(const MeasuredRun& run) {
    ReferenceOptions options;
    options.screen = run.screen;
    options.scripting = run.scripting;
    options.max_parse_time = std::chrono::seconds(60);  // of a sanitizer on a busy machine
    return options;
  }

  std::vector<Page> pages_;
};

std::string without_fragment(const std::string& url) {
  return url.substr(0, url.find('#'));
}

// Icons and prefetches are asked for by chance: they count neither way.
struct Asked {
  std::set<std::string> counted, by_chance;
};
Asked asked_for(const json& chromium, const MeasuredRun& run) {
  Asked asked;
  for (const std::size_t index : chromium["runs"][run.name]) {
    const std::string type = chromium["urls"][index][0];
    const bool chance = type == "icon" || type == "prefetch";
    (chance ? asked.by_chance : asked.counted).insert(without_fragment(chromium["urls"][index][1]));
  }
  return asked;
}

TEST_F(RealPages, browser_scope_is_what_chromium_asks_for) {
  for (const MeasuredRun& run : kRuns) {
    std::size_t right = 0;
    std::size_t wrong = 0;
    std::size_t missed = 0;
    std::size_t equal = 0;
    for (const Page& page : pages_) {
      const Asked asked = asked_for(page.chromium, run);
      const References references = extract_document_references(page.html, page.url, "text/html", options_of(run));
      EXPECT_EQ(references.degraded, "") << page.name;
      std::set<std::string> found;
      const std::size_t errors = wrong + missed;
      for (const Reference& reference : references.references) {
        if (reference.kind == ReferenceKind::Icon || reference.kind == ReferenceKind::Prefetch) continue;
        if (reference.lazy && !run.lazy) continue;
        if (!found.insert(reference.url).second || asked.by_chance.contains(reference.url)) continue;
        if (asked.counted.contains(reference.url)) {
          ++right;
        } else {
          ++wrong;
        }
      }
      for (const std::string& url : asked.counted) missed += found.contains(url) ? 0U : 1U;
      equal += wrong + missed == errors ? 1U : 0U;
    }
    const auto percent = [](std::size_t part, std::size_t rest) {
      return 100.0 * static_cast<double>(part) / static_cast<double>(part + rest);
    };
    const double recall = percent(right, missed);
    const double precision = percent(right, wrong);
    const double equal_pages = percent(equal, pages_.size() - equal);
    std::printf("%-10s recall %.2f%%  precision %.2f%%  pages equal %.1f%%\n", run.name, recall, precision,
                equal_pages);
    EXPECT_GE(recall, 99.8) << run.name;
    EXPECT_GE(precision, 99.5) << run.name;
    EXPECT_GE(equal_pages, 95.0) << run.name;
  }
}

using Key = std::pair<std::string, ReferenceKind>;

std::set<Key> keys_of(const std::vector<Reference>& references) {
  std::set<Key> keys;
  for (const Reference& reference : references) keys.emplace(reference.url, reference.kind);
  return keys;
}

TEST_F(RealPages, the_scanner_finds_what_the_tree_finds_but_for_styles_and_scope_all_holds_both) {
  for (const Page& page : pages_) {
    ReferenceOptions all;
    all.scope = ReferenceOptions::Scope::All;
    all.max_parse_time = std::chrono::seconds(60);
    const std::set<Key> everything =
        keys_of(extract_document_references(page.html, page.url, "text/html", all).references);
    for (const MeasuredRun& run : {kRuns[1], kRuns[3]}) {
      const ReferenceOptions options = options_of(run);
      std::vector<Reference> tree = extract_document_references(page.html, page.url, "text/html", options).references;
      const std::set<Key> in_tree = keys_of(tree);
      const auto scanner = TagScanner::create(page.url, "text/html", options);
      std::vector<Reference> scanned;
      scanner->feed(page.html, scanned);
      scanner->finish(scanned);
      for (const Reference& reference : scanned) {
        // Whether rules override or hide a style attribute takes a tree.
        const bool style = reference.element == "style" || reference.attribute == "background";
        EXPECT_TRUE(style || in_tree.contains({reference.url, reference.kind})) << page.name << " " << reference.url;
      }
      const std::set<Key> in_scan = keys_of(scanned);
      // What the rules of a sheet use takes a tree, too.
      std::erase_if(tree, [](const Reference& r) { return r.element == "style" || r.element == "@font-face"; });
      for (const Key& key : keys_of(tree)) {
        EXPECT_TRUE(in_scan.contains(key)) << page.name << " " << key.first;
        EXPECT_TRUE(everything.contains(key)) << page.name << " " << run.name << " " << key.first;
      }
    }
  }
}

TEST_F(RealPages, the_scanner_does_not_depend_on_how_the_bytes_are_cut) {
  std::minstd_rand random(1);
  for (const Page& page : pages_) {
    const ReferenceOptions options;
    std::vector<Reference> whole;
    const auto scanner = TagScanner::create(page.url, "text/html", options);
    scanner->feed(page.html, whole);
    scanner->finish(whole);
    std::vector<Reference> cut;
    const auto cut_scanner = TagScanner::create(page.url, "text/html", options);
    for (std::string_view rest = page.html; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), random() % 4 == 0 ? random() % 8 : random() % 3000);
      cut_scanner->feed(rest.substr(0, size), cut);
      rest.remove_prefix(size);
    }
    cut_scanner->finish(cut);
    EXPECT_EQ(cut, whole) << page.name;
  }
}

}  // namespace
}  // namespace pagehaul
