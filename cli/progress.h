#pragma once
// What a terminal shows while pages load: a line for each running transfer, and one for the whole. ProgressView is pure
// bookkeeping from events to lines; LiveProgress draws it, at most ten times a second.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "console.h"
#include "pagehaul/page_load.h"

namespace pagehaul::cli {

class ProgressView {
 public:
  void see(const PageEvent& event);
  // At most `rows` lines of less than `columns` columns: what runs, then the whole.
  std::vector<std::string> lines(int columns, int rows, std::chrono::milliseconds elapsed) const;

 private:
  struct Running {
    std::string url;
    std::uint64_t bytes = 0;
    std::int64_t total = -1;
  };
  std::string whole(std::chrono::milliseconds elapsed, std::size_t hidden) const;
  using Key = std::pair<Context, ResourceId>;
  std::map<Key, std::string> waiting_;  // discovered, nothing received yet
  std::map<Key, Running> running_;
  std::uint64_t known_ = 0, finished_ = 0, failed_ = 0, bytes_ = 0;
};

class LiveProgress {
 public:
  explicit LiveProgress(Console& console) : console_(console) {}
  void see(const PageEvent& event);
  // Takes the lines away, so that other output may follow.
  void clear();

 private:
  void draw();

  Console& console_;
  ProgressView view_;
  std::size_t drawn_ = 0;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace pagehaul::cli
