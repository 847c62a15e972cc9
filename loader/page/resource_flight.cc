// Fetches of one URL at the same time: one asks the network, the others wait for what it stores.

#include <algorithm>
#include <utility>

#include "page/resource_fetch.h"

namespace pagehaul {

bool ResourceFetch::sharable() const {
  return environment_.writer != nullptr && spec_.method == "GET" && !spec_.headers.has("Range") &&
         (spec_.mode == CacheMode::Default || spec_.mode == CacheMode::PreferCache ||
          spec_.mode == CacheMode::StaleIfError);
}

// Where the response may serve them both, a second fetch of the URL waits for the first, unless it is the first.
bool ResourceFetch::wait_for_another() {
  if (!sharable() || !flight_.empty()) return false;
  const bool joined = environment_.flights.join(spec_.url, spec_.priority, [self = shared_from_this(), step = step_] {
    self->environment_.page_thread.post([self, step] { self->decide_again(step); });
  });
  if (joined) environment_.writer->flush(nullptr);  // it may be about to be written
  return joined;
}

void ResourceFetch::begin_flight() {
  if (environment_.writer == nullptr || spec_.method != "GET" || environment_.flights.known(spec_.url)) return;
  flight_ = spec_.url;
  claim_ = Claim::None;
  waiting_since_.reset();
  environment_.flights.begin(flight_, [weak = weak_from_this()](Priority priority) {
    if (const auto self = weak.lock()) self->hasten(priority);
  });
}

// The same among processes. False: this fetch asks the network now. Otherwise the caching rules are asked again, at
// once where the claim was made (what another process stored before it was made may serve), else in a while; a claim
// that another has for too long is gone without.
bool ResourceFetch::wait_for_process() {
  if (flight_.empty() || claim_ != Claim::None) return false;
  if (environment_.shared_flights.claim(flight_)) {
    claim_ = Claim::Made;
    if (!sharable()) return false;
    if (environment_.reader != nullptr) environment_.reader->look_again();
    decide_hop(false);
    return true;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!waiting_since_) waiting_since_ = now;
  if (!sharable() || now - *waiting_since_ >= environment_.most_waiting) {
    claim_ = Claim::Without;
    return false;
  }
  // A wait grows with what has been waited, so that a long one costs little.
  constexpr std::chrono::steady_clock::duration kShortest = std::chrono::milliseconds(2);
  constexpr std::chrono::steady_clock::duration kLongest = std::chrono::milliseconds(40);
  const auto pause = std::clamp((now - *waiting_since_) / 4, kShortest, kLongest);
  environment_.page_thread.post_at(now + pause,
                                   [self = shared_from_this(), step = step_] { self->decide_again(step); });
  return true;
}

// What was waited for is there, unless the wait was given up meanwhile.
void ResourceFetch::decide_again(std::uint64_t step) {
  if (step == step_) decide_hop(false);
}

void ResourceFetch::hasten(Priority priority) {
  if (priority >= spec_.priority || hop_.request.id() == 0) return;
  spec_.priority = priority;
  hop_.request.set_priority(priority);
}

// What this hop has stored, if anything, is there once the store thread comes to it.
void ResourceFetch::leave_flight() {
  if (flight_.empty()) return;
  claim_ = Claim::None;
  const bool awaited = environment_.flights.awaited(flight_);
  environment_.writer->post(0, nullptr,
                            [&flights = environment_.flights, &shared_flights = environment_.shared_flights,
                             &landings = environment_.landings, &page_thread = environment_.page_thread,
                             url = std::exchange(flight_, {})](const Status&) {
                              if (!landings.add(url)) return;
                              page_thread.post([&flights, &shared_flights, &landings] {
                                for (const std::string& landed : landings.take()) {
                                  shared_flights.release(landed);
                                  flights.land(landed);
                                }
                              });
                            });
  if (awaited) environment_.writer->flush(nullptr);
}

// Nothing of use to others comes.
void ResourceFetch::land_now() {
  if (flight_.empty()) return;
  claim_ = Claim::None;
  environment_.shared_flights.release(flight_);
  environment_.flights.land(std::exchange(flight_, {}));
}

}  // namespace pagehaul
