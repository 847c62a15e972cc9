#include "pagehaul/engine.h"

int main() {
  pagehaul::Engine engine({});
  pagehaul::Request request;
  request.url = "gopher://example.org/";
  const bool refused = !engine.fetch(std::move(request)).completion.status.ok();
  return refused && !pagehaul::engine_library_version().empty() ? 0 : 1;
}
