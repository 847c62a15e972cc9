// Hosts that want https: learnt from the engine's exchanges, asked before each is queued, kept in a file.

#include <fstream>
#include <sstream>

#include "engine/engine_core.h"
#include "engine/folder_lock.h"
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
  const auto parsed = Url::parse(url);
  return parsed ? hsts_.upgraded(*parsed, wall_now()) : std::nullopt;
}

// RFC 6797 section 8.1: only over TLS, and only where nothing about it is in doubt; the first field counts.
void EngineCore::note_hsts(const Job& job, const Headers& response) {
  const auto field = response.get("Strict-Transport-Security");
  const auto url = Url::parse(job.next.url);
  if (!field || !url || url->scheme() != "https" || options_.insecure) return;
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
