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

std::string ProgressView::whole(std::chrono::milliseconds elapsed, std::size_t hidden) const {
  std::string text = fmt::format("{} of {} done", finished_, std::max(known_, finished_));
  if (failed_ > 0) text += fmt::format(", {} failed", failed_);
  if (hidden > 0) text += fmt::format(", {} more running", hidden);
  text += fmt::format(", {} in {}", format_size(bytes_), format_duration(elapsed));
  if (elapsed >= std::chrono::seconds(1))
    text += fmt::format(", {}/s", format_size(bytes_ * 1000 / static_cast<std::uint64_t>(elapsed.count())));
  return text;
}

std::vector<std::string> ProgressView::lines(int columns, int rows, std::chrono::milliseconds elapsed) const {
  // The last column stays empty: some terminals break the line there.
  const auto width = static_cast<std::size_t>(std::max(columns, 2) - 1);
  const auto most = static_cast<std::size_t>(std::max(rows, 1) - 1);
  std::vector<std::string> lines;
  for (const auto& [key, running] : running_) {
    if (lines.size() == most) break;
    const std::string amount = fmt::format("{:>16}  ", bar(running.bytes, running.total));
    const std::string url = running.url.empty() ? "document" : printable(running.url);
    const std::size_t room = width - std::min(width, display_width(amount));
    lines.push_back(shorten(fmt::format("{}{}", amount, shorten(url, room, Ellipsis::Middle)), width, Ellipsis::End));
  }
  lines.push_back(shorten(whole(elapsed, running_.size() - lines.size()), width, Ellipsis::End));
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
  const auto lines =
      view_.lines(terminal.columns, terminal.rows - 1,
                  std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_));
  for (const std::string& line : lines) console_.err.write(fmt::format("{}\n", terminal.paint(Colour::Dim, line)));
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
