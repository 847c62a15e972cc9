// Loads a page with everything it needs into a cache file, and says what came when.
//
//   load_page URL CACHE-FILE

#include <pagehaul/page_load.h>

#include <cstdio>
#include <string>

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "usage: load_page URL CACHE-FILE\n"), 2;
  pagehaul::LoaderOptions options;
  options.cache_file = arguments[2];
  auto loader = pagehaul::PageLoader::open(std::move(options));
  if (!loader) return std::fprintf(stderr, "%s\n", loader.status().message().c_str()), 1;
  pagehaul::PageRequest request;
  request.url = arguments[1];
  request.context = 1;
  request.on_event = [](const pagehaul::PageEvent& event) {
    using Type = pagehaul::PageEvent::Type;
    if (event.type == Type::Discovered) std::printf("wanted    %s\n", event.reference->url.c_str());
    if (event.type == Type::Finished) {
      std::printf("%-9s %s\n", std::string(pagehaul::outcome_name(event.finished->outcome)).c_str(),
                  event.finished->reference.url.c_str());
    }
  };
  const pagehaul::PageResult result = (*loader)->start(std::move(request)).wait();
  std::printf("%s: %u loaded, %u failed\n", std::string(pagehaul::page_state_name(result.state)).c_str(), result.loaded,
              result.failed);
  return result.state == pagehaul::PageState::Loaded ? 0 : 1;
}
