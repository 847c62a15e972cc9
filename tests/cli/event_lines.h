#pragma once
// What -v prints, held to the grammar of events (docs/events.md): the recorder of the engine's tests sees the lines as
// the events that they tell of.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "process.h"
#include "support/event_recorder.h"

namespace pagehaul::test {

class EventLines {
 public:
  // Of one program's standard error.
  explicit EventLines(const std::string& text) {
    for (const std::string& line : lines(text)) read(line);
    for (const auto& [id, last] : last_) EXPECT_TRUE(is_end(last)) << "[" << id << "] ends with " << last;
  }
  std::size_t count(const std::string& event) const {
    const auto found = counts_.find(event);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  // A page's resource is finished once the last of its requests is complete, and its closing is nobody's.
  static bool is_end(const std::string& event) { return event == "complete" || event == "closing"; }
  static std::map<std::string, RequestEvent, std::less<>> known_events() {
    std::map<std::string, RequestEvent, std::less<>> known;
    for (int i = 0; i <= static_cast<int>(RequestEvent::Closing); ++i) {
      const auto event = static_cast<RequestEvent>(i);
      known.emplace(event_name(event), event);
    }
    return known;
  }

  // "[3] connected 127.0.0.1:80 (reused)"; other lines tell of the page.
  void read(const std::string& line) {
    static const auto kEvents = known_events();
    const std::size_t end = line.find("] ");
    if (!line.starts_with('[') || end == std::string::npos) return;
    const std::string id = line.substr(1, end - 1);
    const std::string name = line.substr(end + 2, line.find(' ', end + 2) - end - 2);
    const auto event = kEvents.find(name);
    if (event == kEvents.end()) return;
    ++counts_[name];
    std::string& last = last_[id];
    const bool ending = testing::is_connection_end(event->second);
    if (ending) {
      EXPECT_TRUE(!last.empty() && !is_end(last)) << line;
      return;
    }
    // Each hop of a page's redirect, and each operation of an FTP connection, is a request of its own.
    const bool begins = last.empty() || (is_end(last) && event->second != RequestEvent::Closing);
    EXPECT_EQ(begins, event->second == RequestEvent::Created) << line << " after " << last;
    if (!begins) {
      EXPECT_TRUE(testing::may_follow(kEvents.find(last)->second, event->second)) << line << " after " << last;
    }
    last = name;
  }

  std::map<std::string, std::string> last_;
  std::map<std::string, std::size_t> counts_;
};

}  // namespace pagehaul::test
