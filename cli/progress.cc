#include "progress.h"

#include <fmt/core.h>

#include <algorithm>

#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

std::string bar(const std::uint64_t bytes, std::int64_t total) {
  if (total <= 0) return format_size(bytes);
  const auto percent = std::min<std::uint64_t>(bytes * 100 / static_cast<std::uint64_t>(total), 100);
  return fmt::format("{:>3} % of {}", percent, format_size(static_cast<std::uint64_t>(total)));
}

}  // namespace

void ProgressView::see(const PageEvent& event) {
  const Key key{event.context, event.resource};
  switch (event.type) {
    case PageEvent::Type::Discovered:
      ++known_;
      waiting_[key] = event.reference->url;
      break;
    case PageEvent::Type::Request:
      if (event.request->event == RequestEvent::SendingRequest) {
        const auto found = waiting_.find(key);
        running_[key].url = found == waiting_.end() ? std::string() : found->second;
      } else if (event.request->event == RequestEvent::Progress) {
        Running& running = running_[key];
        const auto bytes = static_cast<std::uint64_t>(event.request->value);
        bytes_ += bytes - std::min(bytes, running.bytes);
        running.bytes = bytes;
        running.total = event.request->total;
      }
      break;
    case PageEvent::Type::Finished:
      if (event.resource == 0) ++known_;
      ++finished_;
      if (event.finished->outcome == Outcome::Failed) ++failed_;
      running_.erase(key);
      waiting_.erase(key);
      break;
    default:
      break;
  }
}

std::vector<std::string> ProgressView::lines(int columns, int rows) const {
  const auto width = static_cast<std::size_t>(std::max(columns, 20) - 1);
  std::vector<std::string> lines;
  for (const auto& [key, running] : running_) {
    if (static_cast<int>(lines.size()) + 1 >= rows) break;
    const std::string amount = bar(running.bytes, running.total);
    const std::string url = running.url.empty() ? "document" : printable(running.url);
    const std::size_t room = width > amount.size() + 4 ? width - amount.size() - 2 : 2;
    lines.push_back(fmt::format("{}  {}", amount, shorten(url, room, Ellipsis::Middle)));
  }
  std::string whole = fmt::format("{} of {} done, {}", finished_, std::max(known_, finished_), format_size(bytes_));
  if (failed_ > 0) whole += fmt::format(", {} failed", failed_);
  lines.push_back(shorten(whole, width, Ellipsis::End));
  return lines;
}

void LiveProgress::see(const PageEvent& event) {
  view_.see(event);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  draw();
}

void LiveProgress::draw() {
  const Terminal terminal = terminal_at(2);  // it may have been resized
  clear();
  const auto lines = view_.lines(terminal.columns > 0 ? terminal.columns : 80, std::max(terminal.rows - 1, 2));
  for (const std::string& line : lines) console_.err.write(terminal.paint(Colour::Dim, line) + "\n");
  console_.err.flush();
  drawn_ = lines.size();
}

void LiveProgress::clear() {
  if (drawn_ == 0) return;
  console_.err.write(fmt::format("\x1b[{}A\r\x1b[J", drawn_));
  console_.err.flush();
  drawn_ = 0;
}

}  // namespace pagehaul::cli
