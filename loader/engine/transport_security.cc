// Hosts that want https: learnt from the engine's exchanges, asked before each is queued, kept in a file.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/engine_core.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// A missing file is an empty one.
std::string text_of(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return std::move(text).str();
}

// While it lives, no other process that takes one changes the file. The folder is locked, as the file is replaced. Who
// has held it for a second is not waited for: then the last one wins.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    descriptor_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    constexpr int kTries = 200;
    for (int i = 0; descriptor_ >= 0 && i < kTries && flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ~FolderLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace

void EngineCore::read_hsts() {
  if (!options_.hsts_file.empty()) hsts_.read(text_of(options_.hsts_file), wall_now());
}

void EngineCore::write_hsts() {
  if (options_.hsts_file.empty() || !hsts_.has_changed()) return;
  const FolderLock lock(options_.hsts_file);
  write_private_file(options_.hsts_file, hsts_.write_into(text_of(options_.hsts_file), wall_now()));
}

std::optional<std::string> EngineCore::hsts_upgrade(std::string_view url) const {
  if (url.starts_with("https:")) return std::nullopt;
  const auto parsed = Url::parse(url);
  return parsed ? hsts_.upgraded(*parsed, wall_now()) : std::nullopt;
}

// RFC 6797 section 8.1: only over TLS, and only where nothing about it is in doubt; the first field counts.
void EngineCore::note_hsts(const Job& job, const Headers& response) {
  const auto field = response.get("Strict-Transport-Security");
  const auto url = field ? Url::parse(job.next.url) : std::nullopt;
  if (!url || url->scheme() != "https" || options_.insecure) return;
  hsts_.note(url->host(), *field, wall_now());
}

void EngineCore::tell_state_change(Job& job) {
  Notification change;
  change.event = RequestEvent::StateChange;
  change.text = job.next.url;
  change.flag = job.next.url.starts_with("https:");
  job.state->notify(std::move(change));
}

}  // namespace pagehaul
