// Fetches of one URL at the same time: one asks the network, the others wait for what it stores.

#include <utility>

#include "page/resource_fetch.h"

namespace pagehaul {

// Where the response may serve them both, a second fetch of the URL waits for the first; once, since the first's may
// be of no use to it.
bool ResourceFetch::wait_for_another() {
  const bool sharable = environment_.writer != nullptr && spec_.method == "GET" && !spec_.headers.has("Range") &&
                        (spec_.mode == CacheMode::Default || spec_.mode == CacheMode::PreferCache ||
                         spec_.mode == CacheMode::StaleIfError);
  if (!sharable) return false;
  const bool joined = environment_.flights.join(spec_.url, spec_.priority, [self = shared_from_this()] {
    self->environment_.page_thread.post([self] { self->decide_hop(false); });
  });
  if (joined) environment_.writer->flush(nullptr);  // it may be about to be written
  return joined;
}

void ResourceFetch::begin_flight() {
  if (environment_.writer == nullptr || spec_.method != "GET" || environment_.flights.known(spec_.url)) return;
  flight_ = spec_.url;
  environment_.flights.begin(flight_, [weak = weak_from_this()](Priority priority) {
    if (const auto self = weak.lock()) self->hasten(priority);
  });
}

void ResourceFetch::hasten(Priority priority) {
  if (priority >= spec_.priority || hop_.request.id() == 0) return;
  spec_.priority = priority;
  hop_.request.set_priority(priority);
}

// What this hop has stored, if anything, is there once the store thread comes to it.
void ResourceFetch::leave_flight() {
  if (flight_.empty()) return;
  const bool awaited = environment_.flights.awaited(flight_);
  environment_.writer->post(
      0, nullptr,
      [&flights = environment_.flights, &page_thread = environment_.page_thread,
       url = std::exchange(flight_, {})](const Status&) { page_thread.post([&flights, url] { flights.land(url); }); });
  if (awaited) environment_.writer->flush(nullptr);
}

// Nothing of use to others comes.
void ResourceFetch::land_now() {
  if (!flight_.empty()) environment_.flights.land(std::exchange(flight_, {}));
}

}  // namespace pagehaul
