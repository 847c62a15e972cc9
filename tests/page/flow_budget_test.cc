#include "page/flow_budget.h"

#include <gtest/gtest.h>

#include <vector>

namespace pagehaul {
namespace {

TEST(FlowBudgetTest, PausesAtItsMarkAndResumesEachOnceAtHalfOfIt) {
  std::vector<RequestId> resumed;
  FlowBudget budget(100, [&resumed](RequestId id) { resumed.push_back(id); });
  auto [first, first_room] = budget.admit(1, std::string(99, 'x'));
  EXPECT_TRUE(first_room);
  auto [second, second_room] = budget.admit(2, std::string(1, 'x'));
  EXPECT_FALSE(second_room) << "the mark itself is too much";
  auto [third, third_room] = budget.admit(2, std::string(50, 'x'));
  EXPECT_FALSE(third_room);
  second.reset();
  EXPECT_TRUE(resumed.empty());
  first.reset();  // 50 are left
  EXPECT_EQ(resumed, (std::vector<RequestId>{2}));
  third.reset();
  EXPECT_EQ(resumed.size(), 1U);
}

TEST(FlowBudgetTest, CountsABodyThatItsTakerHasMovedAway) {
  std::vector<RequestId> resumed;
  FlowBudget budget(10, [&resumed](RequestId id) { resumed.push_back(id); });
  auto [chunk, room] = budget.admit(1, std::string(20, 'x'));
  EXPECT_FALSE(room);
  const std::string taken = std::move(chunk->bytes);
  chunk.reset();
  EXPECT_EQ(taken.size(), 20U);
  EXPECT_EQ(resumed, (std::vector<RequestId>{1}));
  EXPECT_TRUE(budget.admit(1, "more").second);
}

TEST(FlowBudgetTest, ASmallChunkCountsForWhatItIsToDo) {
  int resumed = 0;
  FlowBudget budget(
      100, [&resumed](RequestId) { ++resumed; }, 40);
  auto first = budget.admit(1, "123456789");
  EXPECT_TRUE(first.second);
  auto second = budget.admit(1, "123456789");
  EXPECT_TRUE(second.second) << "98 of 100";
  auto third = budget.admit(1, "");
  EXPECT_FALSE(third.second);
  first.first.reset();
  second.first.reset();
  EXPECT_EQ(resumed, 1);
}

TEST(FlowBudgetTest, AChunkThatTwoHoldCountsUntilBothLetGo) {
  int resumed = 0;
  FlowBudget budget(10, [&resumed](RequestId) { ++resumed; });
  auto [chunk, room] = budget.admit(1, std::string(20, 'x'));
  const auto other = std::make_unique<FlowBudget::ChunkPtr>(chunk);
  chunk.reset();
  EXPECT_EQ(resumed, 0);
  other->reset();
  EXPECT_EQ(resumed, 1);
}

}  // namespace
}  // namespace pagehaul
