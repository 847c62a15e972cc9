// Asks several servers and takes whatever has come within a time; the rest is interrupted.
//
//   cancel_what_takes_too_long MILLISECONDS URL...
//
// cancel() may be called from any thread and in any state; each request still gets its one Complete.

#include <pagehaul/engine.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

int main(int count, char** arguments) {
  if (count < 3) return std::fprintf(stderr, "usage: cancel_what_takes_too_long MILLISECONDS URL...\n"), 2;
  const std::chrono::milliseconds limit(std::atol(arguments[1]));
  const std::size_t requests = static_cast<std::size_t>(count) - 2;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t closed = 0;
  pagehaul::EngineOptions options;
  options.on_event = [&](const pagehaul::StatusEvent& event) {  // inherited by every request
    if (event.event == pagehaul::RequestEvent::Complete) {
      const pagehaul::Status& status = event.completion->status;
      std::printf("%s  %s\n", status.ok() ? "answered " : std::string(pagehaul::error_name(status.kind())).c_str(),
                  event.completion->response.url.c_str());
    }
    if (event.event != pagehaul::RequestEvent::Closing) return;
    const std::lock_guard lock(mutex);
    ++closed;
    changed.notify_all();
  };
  pagehaul::Engine engine(std::move(options));
  std::vector<pagehaul::RequestHandle> handles;
  for (std::size_t i = 0; i < requests; ++i) {
    pagehaul::Request request;
    request.url = arguments[i + 2];
    request.context = i + 1;
    handles.push_back(engine.start(std::move(request)));
  }
  std::unique_lock lock(mutex);
  const auto all_closed = [&] { return closed == requests; };
  if (!changed.wait_for(lock, limit, all_closed)) {
    for (const pagehaul::RequestHandle& handle : handles) handle.cancel();  // of one that has ended it does nothing
    changed.wait(lock, all_closed);
  }
  return 0;
}
