#include "html/gumbo_guard.h"

#include <gtest/gtest.h>
#include <gumbo.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "html/arena.h"
#include "support/cpu_time.h"

extern "C" void __assert_fail(const char*, const char*, unsigned int, const char*) noexcept;

namespace pagehaul::html {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kAssertionInputs[] = {"<table><svg><desc><![CDATA[x]]>x", "<table><math><mi><![CDATA[x]]>x"};

std::string repeat(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(GumboGuard, gives_the_tree_of_an_ordinary_document) {
  const GuardedParse parse("<p>hello", {});
  ASSERT_EQ(parse.stop(), ParseStop::None);
  ASSERT_NE(parse.document(), nullptr);
  EXPECT_EQ(parse.document()->type, GUMBO_NODE_DOCUMENT);
  EXPECT_GT(parse.memory_bytes(), 0U);
  EXPECT_EQ(parse_stop_message(parse.stop()), "");
}

TEST(GumboGuard, leaves_a_parse_whose_assertion_fails_and_the_next_one_works) {
  for (const char* input : kAssertionInputs) {
    const GuardedParse parse(input, {});
    EXPECT_EQ(parse.stop(), ParseStop::Assertion) << input;
    EXPECT_EQ(parse.document(), nullptr);
    EXPECT_EQ(GuardedParse("<p>", {}).stop(), ParseStop::None);
  }
}

TEST(GumboGuard, leaves_failing_parses_in_several_threads_at_once) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const bool fails = (i + t) % 2 == 0;
        const GuardedParse parse(fails ? kAssertionInputs[i % 2] : "<p>fine<div>", {});
        if (parse.stop() != (fails ? ParseStop::Assertion : ParseStop::None)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(GumboGuardDeathTest, a_failed_assertion_outside_a_parse_still_aborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(__assert_fail("the truth", "file.cc", 7, "function"), "the truth");
}

TEST(GumboGuard, stops_at_the_deadline) {
  const std::string quadratic = repeat("<svg><g>", 20000) + repeat("</x>", 20000);
  constexpr milliseconds kLimit{500};
  // CPU time, which is never more than the time on the clock that the deadline is set on.
  const auto cost = test::cpu_time_of([&] {
    const GuardedParse parse(quadratic, {std::size_t{512} << 20, steady_clock::now() + kLimit});
    EXPECT_EQ(parse.stop(), ParseStop::Deadline);
  });
  EXPECT_LT(cost, kLimit * 6 / 5);
}

TEST(GumboGuard, stops_at_the_memory_limit_and_not_below_it) {
  const std::string nested = repeat("<i>", 10000);
  GuardLimits limits;
  limits.max_memory_bytes = std::size_t{1} << 20;
  EXPECT_EQ(GuardedParse(nested, limits).stop(), ParseStop::Memory);
  limits.max_memory_bytes = std::size_t{256} << 20;
  const GuardedParse parse(nested, limits);
  EXPECT_EQ(parse.stop(), ParseStop::None);
  EXPECT_LT(parse.memory_bytes(), limits.max_memory_bytes);
}

// gumbo frees the body when a frameset replaces it, by recursion.
TEST(GumboGuard, stops_when_freeing_a_deep_body_would_overflow_the_stack) {
  const std::string nested = repeat("<b>", 20000);
  EXPECT_EQ(GuardedParse(nested + "<frameset>", {}).stop(), ParseStop::StackDepth);
  EXPECT_EQ(GuardedParse("<div><div><frameset><frame>", {}).stop(), ParseStop::None);
}

TEST(Arena, gives_freed_pieces_again_and_keeps_to_its_limit) {
  Arena arena(std::size_t{1} << 20);
  void* first = arena.allocate(100);
  ASSERT_NE(first, nullptr);
  arena.release(first);
  arena.release(nullptr);
  EXPECT_EQ(arena.allocate(97), first);
  EXPECT_EQ(arena.allocate(std::size_t{2} << 20), nullptr);
  EXPECT_EQ(arena.allocate(static_cast<std::size_t>(-1)), nullptr);
  std::size_t pieces = 0;
  while (arena.allocate(4096) != nullptr) ++pieces;
  EXPECT_GT(pieces, 100U);
  EXPECT_LT(pieces, 256U);
}

TEST(Arena, pieces_of_every_size_do_not_overlap) {
  Arena arena(std::size_t{64} << 20);
  std::vector<std::pair<char*, std::size_t>> pieces;
  for (std::size_t size = 0; size < 70000; size = size * 9 / 8 + 1) {
    char* piece = static_cast<char*>(arena.allocate(size));
    ASSERT_NE(piece, nullptr) << size;
    for (std::size_t i = 0; i < size; ++i) piece[i] = static_cast<char>(size % 127);
    pieces.emplace_back(piece, size);
  }
  for (const auto& [piece, size] : pieces) {
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(piece[i], static_cast<char>(size % 127));
  }
}

}  // namespace
}  // namespace pagehaul::html
