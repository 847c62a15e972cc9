#include "page/flights.h"

#include <utility>

namespace pagehaul {

void Flights::begin(const std::string& url, Hasten hasten) {
  flights_[url].hasten = std::move(hasten);
}

bool Flights::join(std::string_view url, Priority priority, std::function<void()> go_on) {
  const auto flight = flights_.find(std::string(url));
  if (flight == flights_.end()) return false;
  flight->second.waiting.push_back(std::move(go_on));
  flight->second.hasten(priority);
  return true;
}

void Flights::land(std::string_view url) {
  const auto flight = flights_.extract(std::string(url));
  if (flight.empty()) return;
  ++landed_;
  for (const auto& go_on : flight.mapped().waiting) go_on();
}

bool Flights::awaited(std::string_view url) const {
  const auto flight = flights_.find(std::string(url));
  return flight != flights_.end() && !flight->second.waiting.empty();
}

bool Landings::add(std::string url) {
  const std::lock_guard lock(mutex_);
  urls_.push_back(std::move(url));
  return urls_.size() == 1;
}

std::vector<std::string> Landings::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(urls_, {});
}

}  // namespace pagehaul
