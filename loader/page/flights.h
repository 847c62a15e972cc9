#pragma once
// Which URLs a loader's fetches are asking the network for, so that two that want the same at the same time make one
// transfer: the second waits until the first's response is in the store, and then asks the caching rules. Page thread.

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pagehaul/engine.h"

namespace pagehaul {

class Flights {
 public:
  using Hasten = std::function<void(Priority)>;

  // Nobody else asks for the URL; `hasten`: somebody of that priority waits for it, too.
  void begin(const std::string& url, Hasten hasten);
  // False when nobody asks for it. `go_on` is called once, from land().
  bool join(std::string_view url, Priority priority, std::function<void()> go_on);
  // What was asked for can be found in the store, or nowhere.
  void land(std::string_view url);
  bool known(std::string_view url) const { return flights_.contains(std::string(url)); }
  bool awaited(std::string_view url) const;
  // How many have landed: another number, and there may be more in the store.
  std::uint64_t landed() const { return landed_; }

 private:
  struct Flight {
    Hasten hasten;
    std::vector<std::function<void()>> waiting;
  };
  std::unordered_map<std::string, Flight> flights_;
  std::uint64_t landed_ = 0;
};

// What a batch of the store has brought to its end, for the page thread to land: what it wakes up for once. Any thread.
class Landings {
 public:
  // True: the first since take(), which somebody is to call.
  bool add(std::string url);
  std::vector<std::string> take();

 private:
  std::mutex mutex_;
  std::vector<std::string> urls_;
};

}  // namespace pagehaul
