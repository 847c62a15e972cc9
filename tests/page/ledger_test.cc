#include "page/ledger.h"

#include <gtest/gtest.h>

namespace pagehaul {
namespace {

using Added = Ledger::Added;
using Phase = Ledger::Phase;

Reference reference(std::string url, ReferenceKind kind = ReferenceKind::Image, bool lazy = false) {
  Reference made;
  made.url = std::move(url);
  made.kind = kind;
  made.lazy = lazy;
  return made;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() : LedgerTest(LedgerLimits{}) {}
  explicit LedgerTest(LedgerLimits limits) : ledger_(limits) {
    ledger_.add(reference("http://a/", ReferenceKind::Document), kNoResource);
    EXPECT_EQ(ledger_.next_to_start(), ResourceId{0});
  }
  Ledger::AddResult add(std::string url, ReferenceKind kind = ReferenceKind::Image, ResourceId parent = 0,
                        bool speculative = false) {
    return ledger_.add(reference(std::move(url), kind), parent, speculative);
  }
  Ledger::AddResult speculate(std::string url, ReferenceKind kind = ReferenceKind::Image) {
    return add(std::move(url), kind, 0, true);
  }
  Ledger ledger_;
};

TEST_F(LedgerTest, KeepsEachUrlOnceWhateverRefersToIt) {
  const auto first = add("http://a/1.png");
  EXPECT_EQ(first.added, Added::Added);
  EXPECT_EQ(first.id, 1U);
  const auto second = add("http://a/1.png", ReferenceKind::Icon);
  EXPECT_EQ(second.added, Added::Duplicate);
  EXPECT_EQ(second.id, 1U);
  EXPECT_EQ(add("http://a/", ReferenceKind::Frame).added, Added::Duplicate) << "a page that frames itself";
  EXPECT_EQ(ledger_.size(), 2U);
  EXPECT_EQ(ledger_.outstanding(), 2U);
}

TEST_F(LedgerTest, CountsWhatWaitsRunsAndIsOutstanding) {
  add("http://a/1");
  add("http://a/2");
  EXPECT_EQ(ledger_.waiting(), 2U);
  EXPECT_EQ(ledger_.running(), 1U);
  EXPECT_EQ(ledger_.next_to_start(), ResourceId{1});
  EXPECT_EQ(ledger_.item(1).phase, Phase::Running);
  ledger_.finished(1, Outcome::Failed);
  ledger_.finished(1, Outcome::Loaded);
  EXPECT_EQ(ledger_.item(1).outcome, Outcome::Failed) << "the first end counts, and only once";
  EXPECT_EQ(ledger_.outstanding(), 2U);
  ledger_.finished(2, Outcome::Cancelled);  // it never started
  EXPECT_EQ(ledger_.waiting(), 0U);
  EXPECT_EQ(ledger_.next_to_start(), std::nullopt);
  ledger_.finished(0, Outcome::Loaded);
  EXPECT_EQ(ledger_.outstanding(), 0U);
  EXPECT_EQ(ledger_.running(), 0U);
}

TEST_F(LedgerTest, StartsTheMostUrgentFirstAndEqualsInTheOrderOfTheirArrival) {
  const ResourceId video = add("http://a/v", ReferenceKind::Video).id;
  const ResourceId image = add("http://a/i").id;
  const ResourceId lazy = ledger_.add(reference("http://a/l", ReferenceKind::Image, true), 0).id;
  const ResourceId frame = add("http://a/f", ReferenceKind::Frame).id;
  const ResourceId style = add("http://a/s", ReferenceKind::Style).id;
  const ResourceId other_image = add("http://a/j").id;
  const ResourceId font = add("http://a/t", ReferenceKind::Font).id;
  for (const ResourceId expected : {style, frame, font, image, other_image, video, lazy})
    EXPECT_EQ(ledger_.next_to_start(), expected);
}

TEST_F(LedgerTest, AMoreUrgentUseOfWhatWaitsMovesItForwardAndALessUrgentOneDoesNot) {
  const ResourceId other = add("http://a/other").id;
  const ResourceId both = add("http://a/both", ReferenceKind::Prefetch).id;
  add("http://a/both", ReferenceKind::Style);
  add("http://a/both", ReferenceKind::Video);
  EXPECT_EQ(ledger_.item(both).kind, ReferenceKind::Style);
  EXPECT_EQ(ledger_.next_to_start(), both);
  EXPECT_EQ(ledger_.next_to_start(), other);
  add("http://a/other", ReferenceKind::Style);
  EXPECT_EQ(ledger_.item(other).kind, ReferenceKind::Image) << "it runs already";
}

TEST_F(LedgerTest, AnAuthorityConfirmsASpeculativeReferenceAndAnotherGuessDoesNot) {
  const ResourceId id = speculate("http://a/1").id;
  EXPECT_FALSE(ledger_.item(id).confirmed);
  EXPECT_EQ(speculate("http://a/1").added, Added::Duplicate);
  EXPECT_FALSE(ledger_.item(id).confirmed);
  EXPECT_EQ(add("http://a/1").added, Added::Duplicate);
  EXPECT_TRUE(ledger_.item(id).confirmed);
  EXPECT_TRUE(ledger_.drop_unnamed_children(0).empty());
}

TEST_F(LedgerTest, DropsWhatItsDocumentDidNotConfirmButNotWhatHasFinishedOrIsAnothers) {
  speculate("http://a/done");
  speculate("http://a/waits");
  const ResourceId frame = add("http://a/frame", ReferenceKind::Frame).id;
  ledger_.add(reference("http://a/frames-own"), frame, true);
  ledger_.finished(1, Outcome::Loaded);
  EXPECT_EQ(ledger_.drop_unnamed_children(0), (std::vector<ResourceId>{2}));
  EXPECT_EQ(ledger_.drop_unnamed_children(frame).size(), 1U);
}

TEST_F(LedgerTest, GuessesAreWrongWhenNothingIsOutstandingThatCouldConfirmThem) {
  const ResourceId sheet = add("http://a/sheet", ReferenceKind::Style).id;
  const ResourceId guess = ledger_.add(reference("http://a/1"), sheet, true).id;
  const ResourceId other = ledger_.add(reference("http://a/2"), sheet, true).id;
  EXPECT_EQ(ledger_.outstanding_confirmed(), 2U);
  EXPECT_TRUE(ledger_.drop_guesses().empty());
  ledger_.finished(sheet, Outcome::Loaded);
  EXPECT_TRUE(ledger_.drop_guesses().empty()) << "the document is not read";
  ledger_.finished(0, Outcome::Loaded);
  EXPECT_EQ(ledger_.outstanding_confirmed(), 0U);
  EXPECT_EQ(ledger_.drop_guesses(), (std::vector<ResourceId>{guess, other}));
  EXPECT_TRUE(ledger_.drop_guesses().empty()) << "they are ending";
  EXPECT_EQ(ledger_.add(reference("http://a/1"), sheet).added, Added::Duplicate);
  EXPECT_EQ(ledger_.outstanding_confirmed(), 1U);
  EXPECT_TRUE(ledger_.drop_guesses().empty());
  ledger_.finished(guess, Outcome::Loaded);
  ledger_.finished(other, Outcome::Cancelled);
  EXPECT_EQ(ledger_.outstanding(), 0U);
  EXPECT_EQ(ledger_.add(reference("http://a/2"), sheet).added, Added::Added);
  EXPECT_EQ(ledger_.outstanding_confirmed(), 1U);
}

TEST_F(LedgerTest, WhatWasDroppedComesBackWhenALaterAuthorityNamesIt) {
  const ResourceId id = speculate("http://a/1").id;
  ledger_.drop_unnamed_children(0);
  ledger_.finished(id, Outcome::Cancelled);
  const std::size_t before = ledger_.outstanding();
  const auto again = add("http://a/1");
  EXPECT_EQ(again.added, Added::Added);
  EXPECT_EQ(again.id, id);
  EXPECT_EQ(ledger_.outstanding(), before + 1);
  EXPECT_EQ(ledger_.next_to_start(), id);
}

TEST_F(LedgerTest, WhatComesBackIsOfTheKindThatItIsNamedAsThen) {
  const ResourceId id = speculate("http://a/s", ReferenceKind::Prefetch).id;
  ledger_.drop_unnamed_children(0);
  ledger_.finished(id, Outcome::Cancelled);
  EXPECT_EQ(add("http://a/s", ReferenceKind::Style).added, Added::Added);
  EXPECT_EQ(ledger_.item(id).kind, ReferenceKind::Style);
}

TEST_F(LedgerTest, WhatIsConfirmedWhileItEndsAsDroppedStartsAgain) {
  const ResourceId id = speculate("http://a/1").id;
  EXPECT_EQ(ledger_.next_to_start(), id);
  EXPECT_EQ(ledger_.drop_unnamed_children(0).size(), 1U);
  EXPECT_EQ(add("http://a/1").added, Added::Duplicate);
  EXPECT_FALSE(ledger_.item(id).dropped);
  ledger_.restart(id);
  EXPECT_EQ(ledger_.running(), 1U);
  EXPECT_EQ(ledger_.outstanding(), 2U);
  EXPECT_EQ(ledger_.next_to_start(), id);
}

TEST_F(LedgerTest, WhatAGuessedSheetNamesIsPartOfThePageOnceTheSheetIs) {
  const ResourceId sheet = speculate("http://a/s.css", ReferenceKind::Style).id;
  const ResourceId import = add("http://a/t.css", ReferenceKind::Style, sheet).id;
  const ResourceId image = add("http://a/i.png", ReferenceKind::Image, import).id;
  EXPECT_FALSE(ledger_.item(import).confirmed);
  EXPECT_FALSE(ledger_.item(image).confirmed);
  add("http://a/s.css", ReferenceKind::Style);
  EXPECT_TRUE(ledger_.item(import).confirmed);
  EXPECT_TRUE(ledger_.item(image).confirmed);
}

TEST_F(LedgerTest, SheetsThatNameEachOtherConfirmNoneOfThemselves) {
  const ResourceId sheet = speculate("http://a/s.css", ReferenceKind::Style).id;
  const ResourceId import = add("http://a/t.css", ReferenceKind::Style, sheet).id;
  add("http://a/s.css", ReferenceKind::Style, import);
  EXPECT_FALSE(ledger_.item(sheet).confirmed);
  add("http://a/t.css", ReferenceKind::Style);
  EXPECT_TRUE(ledger_.item(sheet).confirmed);
  EXPECT_TRUE(ledger_.item(import).confirmed);
}

TEST_F(LedgerTest, OneConfirmedSheetIsEnoughForWhatAnUnconfirmedOneNamedFirst) {
  const ResourceId guessed = speculate("http://a/s.css", ReferenceKind::Style).id;
  const ResourceId image = add("http://a/i.png", ReferenceKind::Image, guessed).id;
  EXPECT_EQ(add("http://a/i.png").added, Added::Duplicate);
  EXPECT_TRUE(ledger_.item(image).confirmed);
  EXPECT_FALSE(ledger_.item(guessed).confirmed);
}

class SmallLedger : public LedgerTest {
 protected:
  SmallLedger() : LedgerTest({.max_resources = 4, .max_frame_depth = 1, .max_style_depth = 2}) {}
};

TEST_F(SmallLedger, RefusesTheFirstResourceOverTheLimitAndKnowsTheOldOnesStill) {
  for (const char* url : {"http://a/1", "http://a/2", "http://a/3"}) EXPECT_EQ(add(url).added, Added::Added);
  EXPECT_FALSE(ledger_.hit_resource_limit());
  EXPECT_EQ(add("http://a/3").added, Added::Duplicate);
  EXPECT_FALSE(ledger_.hit_resource_limit());
  EXPECT_EQ(add("http://a/4").added, Added::Refused);
  EXPECT_TRUE(ledger_.hit_resource_limit());
  add("http://a/4");
  ASSERT_EQ(ledger_.refused().size(), 1U) << "each URL once";
  EXPECT_EQ(ledger_.refused()[0].first.url, "http://a/4");
  EXPECT_EQ(ledger_.size(), 4U);
}

TEST_F(SmallLedger, FramesAndImportsNestToTheirLimitAndNoDeeper) {
  const ResourceId frame = add("http://a/f1", ReferenceKind::Frame).id;
  EXPECT_EQ(add("http://a/f2", ReferenceKind::Frame, frame).added, Added::Refused);
  EXPECT_EQ(add("http://a/in-frame", ReferenceKind::Image, frame).added, Added::Added);
  const ResourceId sheet = add("http://a/s1", ReferenceKind::Style, frame).id;
  EXPECT_EQ(ledger_.item(sheet).style_depth, 1U);
  EXPECT_EQ(ledger_.item(sheet).frame_depth, 1U);
}

TEST_F(SmallLedger, AnImportIsOneDeeperThanItsSheetAndAFramesSheetBeginsAnew) {
  const ResourceId one = add("http://a/s1", ReferenceKind::Style).id;
  const ResourceId two = add("http://a/s2", ReferenceKind::Style, one).id;
  EXPECT_EQ(ledger_.item(two).style_depth, 2U);
  EXPECT_EQ(add("http://a/s3", ReferenceKind::Style, two).added, Added::Refused);
  EXPECT_EQ(add("http://a/font", ReferenceKind::Font, two).added, Added::Added);
  EXPECT_FALSE(ledger_.hit_resource_limit());
}

TEST(LedgerLimit, KeepsAThousandRefusalsOfAHostilePage) {
  Ledger ledger({.max_resources = 1});
  ledger.add(reference("http://a/", ReferenceKind::Document), kNoResource);
  for (int i = 0; i < 1500; ++i) ledger.add(reference("http://a/" + std::to_string(i)), 0);
  EXPECT_EQ(ledger.refused().size(), 1000U);
}

}  // namespace
}  // namespace pagehaul
