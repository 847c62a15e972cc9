// Shows each step of one request, and how far its body is.
//
//   watch_progress URL

#include <pagehaul/engine.h>

#include <cstdio>
#include <string>

int main(int count, char** arguments) {
  if (count != 2) return std::fprintf(stderr, "usage: watch_progress URL\n"), 2;
  const auto began = std::chrono::steady_clock::now();
  pagehaul::Engine engine({});
  pagehaul::Request request;
  request.url = arguments[1];
  request.context = 1;
  request.on_body = [](pagehaul::RequestId, std::string&&) { return true; };  // not kept
  request.on_event = [began](const pagehaul::StatusEvent& event) {
    const std::chrono::duration<double, std::milli> at = event.time - began;
    std::printf("%8.1f ms  %-18s %s", at.count(), std::string(pagehaul::event_name(event.event)).c_str(),
                std::string(event.text).c_str());
    if (event.event == pagehaul::RequestEvent::Progress) {
      std::printf("%lld bytes", static_cast<long long>(event.value));
      if (event.total > 0) std::printf(", %lld%%", static_cast<long long>(event.value * 100 / event.total));
    }
    std::printf("\n");
  };
  const pagehaul::Completion completion = engine.fetch(std::move(request)).completion;
  if (completion.status.ok()) return 0;
  std::fprintf(stderr, "%s\n", completion.status.message().c_str());
  return 1;
}
