#include <pagehaul/page_load.h>

#include <cstdio>

int main(int, char** argv) {
  auto loader = pagehaul::PageLoader::open({.cache_file = argv[2]});
  if (!loader) return std::fprintf(stderr, "%s\n", loader.status().message().c_str()), 1;
  pagehaul::PageRequest request;
  request.url = argv[1];
  request.context = 1;  // any value of yours, given back with every event
  request.on_event = [](const pagehaul::PageEvent& event) {
    if (event.finished) std::printf("%d %s\n", event.finished->http_status, event.finished->reference.url.c_str());
  };
  pagehaul::PageHandle page = (*loader)->start(std::move(request));  // returns at once; page.cancel() works at any time
  const pagehaul::PageResult result = page.wait();
  std::printf("%s: %u loaded, %u failed\n", result.title.c_str(), result.loaded, result.failed);
  return result.state == pagehaul::PageState::Loaded ? 0 : 1;
}
