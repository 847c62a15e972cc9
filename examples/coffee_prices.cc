// Two shops' coffee prices, asked one after the other and then both at once.
//
//   coffee_prices URL-OF-A-SHOP URL-OF-ANOTHER
//
// Synchronous: the second shop is asked when the first has answered, so the waits add up, whichever shop is slow.
// Asynchronous: both are asked at once, each answer is used as it comes, and all of it takes as long as the slower one.

#include <pagehaul/engine.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

long long milliseconds_since(Clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

// One shop after the other; false when one gives no price.
bool synchronous(pagehaul::Engine& engine, const std::vector<std::string>& shops) {
  const auto began = Clock::now();
  std::printf("synchronous\n");
  for (const std::string& shop : shops) {
    std::printf("  %5lld ms  ask    %s\n", milliseconds_since(began), shop.c_str());
    pagehaul::Request request;
    request.url = shop;
    const pagehaul::Response response = engine.fetch(std::move(request));
    if (!response.completion.status.ok()) {
      std::fprintf(stderr, "%s: %s\n", shop.c_str(), response.completion.status.message().c_str());
      return false;
    }
    std::printf("  %5lld ms  price  %s: %s\n", milliseconds_since(began), shop.c_str(),
                first_line(response.body).c_str());
  }
  std::printf("  %5lld ms  done\n", milliseconds_since(began));
  return true;
}

// Both at once. The context value tells the callback which shop an event is about; events of one engine without an
// executor come on one thread, so that the callback needs no lock.
bool asynchronous(pagehaul::Engine& engine, const std::vector<std::string>& shops) {
  const auto began = Clock::now();
  std::vector<std::string> answers(shops.size());
  std::size_t closed = 0;
  bool good = true;
  std::promise<void> all_closed;
  std::printf("asynchronous\n");
  for (std::size_t i = 0; i < shops.size(); ++i) {
    std::printf("  %5lld ms  ask    %s\n", milliseconds_since(began), shops[i].c_str());
    pagehaul::Request request;
    request.url = shops[i];
    request.context = i + 1;  // 0 would mean: no events
    request.on_body = [&answers, i](pagehaul::RequestId, std::string&& bytes) {
      answers[i] += bytes;
      return true;
    };
    request.on_event = [&, i](const pagehaul::StatusEvent& event) {
      if (event.event == pagehaul::RequestEvent::Complete) {
        if (event.completion->status.ok()) {
          std::printf("  %5lld ms  price  %s: %s\n", milliseconds_since(began), shops[event.context - 1].c_str(),
                      first_line(answers[i]).c_str());
        } else {
          std::fprintf(stderr, "%s: %s\n", shops[i].c_str(), event.completion->status.message().c_str());
          good = false;
        }
      }
      if (event.event == pagehaul::RequestEvent::Closing && ++closed == shops.size()) all_closed.set_value();
    };
    engine.start(std::move(request));  // returns at once
  }
  all_closed.get_future().wait();  // a program with other work to do would do it here
  std::printf("  %5lld ms  done\n", milliseconds_since(began));
  return good;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "usage: coffee_prices URL URL\n"), 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::vector<std::string> shops(arguments + 1, arguments + count);
  pagehaul::Engine engine({});
  return synchronous(engine, shops) && asynchronous(engine, shops) ? 0 : 1;
}
