// The made-up pages of fixtures/browser_pages, loaded with scripts off and on: what is asked for is what Chromium asked
// for, which tools/oracles/pages_oracle.py wrote into the files.

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

struct Page {
  std::string name;
  Screen screen;
  std::map<std::string, std::string> files;
  std::set<std::string> asked[2];  // by Chromium, scripting off and on
  std::set<std::string> known;     // where the difference is known: named by a line "## why: target"
};

void read_head(const std::string& head, Page& page) {
  std::istringstream words(head);
  std::string screen;
  words >> page.name;
  if (words >> screen) {
    char x = 0, at = 0;
    std::istringstream(screen) >> page.screen.width >> x >> page.screen.height >> at >> page.screen.dpr;
  }
}

std::vector<Page> read_pages(const std::filesystem::path& path) {
  std::vector<Page> pages;
  std::string file;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("== ")) {
      read_head(line.substr(3), pages.emplace_back());
      file = "index.html";
    } else if (line.starts_with("-- ")) {
      file = line.substr(3);
    } else if (line.starts_with("## ")) {
      pages.back().known.insert(line.substr(line.rfind(' ') + 1));
    } else if (line.starts_with(">> ")) {
      const std::string target = line.substr(line.rfind(' ') + 1);
      if (!line.starts_with(">> on ")) pages.back().asked[0].insert(target);
      if (!line.starts_with(">> off ")) pages.back().asked[1].insert(target);
    } else {
      pages.back().files[file] += line + "\n";
    }
  }
  return pages;
}

std::string type_of(std::string_view path) {
  const std::pair<std::string_view, std::string_view> types[] = {{".html", "text/html; charset=utf-8"},
                                                                 {".css", "text/css"},
                                                                 {".js", "text/javascript"},
                                                                 {".svg", "image/svg+xml"},
                                                                 {".woff2", "font/ttf"},
                                                                 {".mp4", "video/mp4"},
                                                                 {".webm", "video/webm"},
                                                                 {".json", "application/json"}};
  for (const auto& [ending, type] : types) {
    if (path.ends_with(ending)) return std::string(type);
  }
  return "image/png";
}

class BrowserPages : public PageTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(BrowserPages, AskForWhatChromiumAsksFor) {
  const std::filesystem::path folder = PAGEHAUL_SOURCE_DIR "/fixtures/browser_pages";
  const std::vector<Page> pages = read_pages(folder / (std::string(GetParam()) + ".txt"));
  // The server's own from here on: a guessed request is still answered after its page's load has ended.
  std::map<std::string, std::string> files;
  for (const Page& page : pages) {
    for (const auto& [name, text] : page.files) files["/" + page.name + "/" + name] = text;
  }
  server_.on("/*", [files = std::move(files)](const fixture::Request& request, fixture::Response& response) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    const auto file = files.find(path);
    response.reply(200, {{"Content-Type", type_of(path)}}, file != files.end() ? file->second : "");
  });
  std::size_t compared = 0;
  for (const Page& page : pages) {
    const std::string prefix = "/" + page.name + "/";
    for (const bool scripting : {false, true}) {
      server_.forget_requests();
      PageRequest request;
      request.url = url(prefix + "index.html");
      request.mode = CacheMode::NoStore;
      request.references.scripting = scripting;
      request.references.screen = page.screen;
      const PageResult result = load(std::move(request));
      // What was only guessed, and perhaps requested, is no part of the page.
      std::set<std::string> asked;
      const std::string begin = url(prefix);
      for (const Resource& resource : result.resources) {
        const std::string& whole = resource.reference.url;
        if (resource.speculative) continue;
        asked.insert(whole.starts_with(begin) ? whole.substr(begin.size()) : whole.substr(url("").size()));
      }
      asked.erase("index.html");
      for (const std::string& target : page.asked[scripting ? 1 : 0]) {
        EXPECT_TRUE(asked.contains(target) || page.known.contains(target))
            << page.name << (scripting ? " on" : " off") << ": missed " << target;
        ++compared;
      }
      for (const std::string& target : asked) {
        EXPECT_TRUE(page.asked[scripting ? 1 : 0].contains(target) || page.known.contains(target))
            << page.name << (scripting ? " on" : " off") << ": wrong " << target;
      }
    }
  }
  EXPECT_GT(compared, 50U);
}

INSTANTIATE_TEST_SUITE_P(Files, BrowserPages, ::testing::Values("images", "links", "media", "styles"),
                         [](const auto& file) { return std::string(file.param); });

}  // namespace
}  // namespace pagehaul
