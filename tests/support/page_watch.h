#pragma once
// Sees a page's events and checks what every page load promises (page_load.h): an order of states that the table
// allows, one Finished for each Discovered, a parent that is known before its children, one PageComplete, the last; and
// of each request of the page the grammar of its events.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "page/page_machine.h"
#include "pagehaul/page_load.h"
#include "support/event_recorder.h"

namespace pagehaul::testing {

class PageWatch {
 public:
  explicit PageWatch(Context context = 5) : context_(context) {}

  void see(const PageEvent& event) {
    EXPECT_EQ(completions_, 0) << "an event after PageComplete";
    EXPECT_EQ(event.context, context_);
    switch (event.type) {
      case PageEvent::Type::StateChanged:
        EXPECT_TRUE(reachable(states_.empty() ? PageState::Idle : states_.back(), event.state));
        states_.push_back(event.state);
        break;
      case PageEvent::Type::Discovered:
        EXPECT_TRUE(known_.contains(event.parent)) << "a child of nobody";
        EXPECT_NE(event.reference, nullptr);
        known_.insert(event.resource);
        open_.insert(event.resource);
        break;
      case PageEvent::Type::Finished:
        EXPECT_EQ(open_.erase(event.resource), 1U) << event.resource << " is not under way";
        EXPECT_NE(event.finished, nullptr);
        break;
      case PageEvent::Type::PageComplete:
        EXPECT_NE(event.result, nullptr);
        ++completions_;
        break;
      case PageEvent::Type::Request:
        EXPECT_NE(event.request, nullptr);
        EXPECT_TRUE(known_.contains(event.resource));
        requests_[event.request->request].record(*event.request);
        break;
      case PageEvent::Type::CacheAnswer:
        EXPECT_TRUE(known_.contains(event.resource));
        break;
    }
  }
  // After wait(): `result` is what the events told.
  void expect_whole(const PageResult& result) const {
    EXPECT_EQ(completions_, 1);
    const std::size_t never = result.resources.empty() ? 1 : 0;  // the document of a URL that nobody can ask for
    EXPECT_EQ(open_.size(), never) << "resources never finished";
    ASSERT_FALSE(states_.empty());
    EXPECT_EQ(states_.back(), result.state);
    EXPECT_TRUE(is_terminal(result.state));
  }
  Context context() const { return context_; }
  const std::vector<PageState>& states() const { return states_; }

 private:
  static bool reachable(PageState from, PageState to) {
    for (const PageMove& move : kPageMoves) {
      if (move.from == from && move.to == to) return true;
    }
    return false;
  }

  const Context context_;
  std::set<ResourceId> known_{0}, open_{0};
  std::vector<PageState> states_;
  std::map<RequestId, EventRecorder> requests_;
  int completions_ = 0;
};

}  // namespace pagehaul::testing
