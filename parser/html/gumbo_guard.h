#pragma once
// gumbo 0.10.1 behind a guard. Left alone it runs for minutes on hostile input, takes gigabytes, aborts the process at
// a failed assertion, and recurses as deep as the input nests. A GuardedParse gives it an arena of its own, whose
// allocator counts bytes, looks at a deadline and at the stack; when a limit is met, or an assertion fails, the parse
// is left by longjmp and everything it had allocated goes with the arena. The tree is never destroyed node by node
// (gumbo_destroy_output recurses). Several parses may run at once, one a thread.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

struct GumboInternalNode;

namespace pagehaul::html {

struct GuardLimits {
  std::size_t max_memory_bytes = std::size_t{512} << 20;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

enum class ParseStop : unsigned char {
  None,
  Memory,
  Deadline,
  Assertion,   // of gumbo, or of something it called
  StackDepth,  // gumbo frees a subtree (a body before a frameset) by recursion
  Unguarded    // gumbo's assertions would reach another __assert_fail than ours: no parse was tried
};
// "parse stopped: deadline" and so on; "" for None.
std::string_view parse_stop_message(ParseStop stop);

class Arena;

class GuardedParse {
 public:
  // Parses at once. `utf8` (without a byte order mark) must outlive the tree, which points into it.
  GuardedParse(std::string_view utf8, const GuardLimits& limits);
  ~GuardedParse();
  GuardedParse(const GuardedParse&) = delete;
  GuardedParse& operator=(const GuardedParse&) = delete;

  const GumboInternalNode* document() const { return document_; }  // null when stopped
  ParseStop stop() const { return stop_; }
  std::size_t memory_bytes() const { return memory_bytes_; }  // that the tree takes

 private:
  std::unique_ptr<Arena> arena_;
  const GumboInternalNode* document_ = nullptr;
  ParseStop stop_ = ParseStop::None;
  std::size_t memory_bytes_ = 0;
};

}  // namespace pagehaul::html
