#include "page/page_machine.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace pagehaul {
namespace {

constexpr std::array kStates = {PageState::Idle,     PageState::LoadingDocument, PageState::LoadingResources,
                                PageState::Loaded,   PageState::Incomplete,      PageState::Failed,
                                PageState::Cancelled};
constexpr std::array kSteps = {PageStep::Start,       PageStep::DocumentRead, PageStep::AllLoaded,
                               PageStep::SomeMissing, PageStep::Fail,         PageStep::Cancel};

TEST(PageMachine, GivesOneAnswerForEachStateAndStep) {
  std::set<std::pair<PageState, PageStep>> seen;
  for (const PageMove& move : kPageMoves) EXPECT_TRUE(seen.emplace(move.from, move.step).second);
}

TEST(PageMachine, LeavesNoTerminalState) {
  for (const PageState state : kStates) {
    if (!is_terminal(state)) continue;
    for (const PageStep step : kSteps) EXPECT_EQ(next_state(state, step), std::nullopt) << page_state_name(state);
  }
}

TEST(PageMachine, CanFailAndBeCancelledWheneverItIsAlive) {
  for (const PageState state : kStates) {
    if (is_terminal(state)) continue;
    EXPECT_EQ(next_state(state, PageStep::Fail), PageState::Failed) << page_state_name(state);
    EXPECT_EQ(next_state(state, PageStep::Cancel), PageState::Cancelled) << page_state_name(state);
  }
}

TEST(PageMachine, LoadsAPageOnlyOverItsDocument) {
  EXPECT_EQ(next_state(PageState::Idle, PageStep::AllLoaded), std::nullopt);
  EXPECT_EQ(next_state(PageState::LoadingDocument, PageStep::AllLoaded), std::nullopt);
  EXPECT_EQ(next_state(PageState::LoadingResources, PageStep::AllLoaded), PageState::Loaded);
  EXPECT_EQ(next_state(PageState::LoadingResources, PageStep::SomeMissing), PageState::Incomplete);
  EXPECT_EQ(next_state(PageState::LoadingResources, PageStep::Start), std::nullopt);
}

TEST(PageMachine, NamesEachStateOnce) {
  std::set<std::string_view> names;
  for (const PageState state : kStates) EXPECT_TRUE(names.insert(page_state_name(state)).second);
}

}  // namespace
}  // namespace pagehaul
