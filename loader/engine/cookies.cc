// The engine's jar: read when the engine begins, filled and asked by its exchanges, written when it ends.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "engine/engine_core.h"
#include "engine/retry.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

WallTime wall_now() {
  return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

bool EngineCore::cookies_used() const {
  return options_.cookies || !options_.cookie_file.empty() || !options_.cookie_jar.empty();
}

// A missing file is an empty jar.
void EngineCore::set_up_cookies() {
  if (options_.cookie_file.empty()) return;
  std::ifstream file(options_.cookie_file, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  jar_.read_netscape(text.str(), wall_now());
}

// Cookies are credentials: the file is made for its owner alone before anything is in it, and takes the old one's place
// when it is whole.
void EngineCore::write_cookies() {
  if (options_.cookie_jar.empty()) return;
  std::string name = options_.cookie_jar + ".XXXXXX";
  const int file = mkostemp(name.data(), O_CLOEXEC);  // mode 0600
  if (file < 0) return;
  const bool whole = write_all(file, jar_.write_netscape(wall_now()));
  if (close(file) != 0 || !whole || rename(name.c_str(), options_.cookie_jar.c_str()) != 0) unlink(name.c_str());
}

CookieContext EngineCore::cookie_context(const Job& job) {
  const Request& request = job.state->request;
  return {request.site_for_cookies, request.navigation, is_safe_method(job.next.method)};
}

void EngineCore::add_cookies(Job& job, const Url& url) {
  job.next.cookies.clear();
  job.next.cookie_count = 0;
  if (!cookies_used()) return;
  CookieJar::Sent sent = jar_.cookies_for(url, cookie_context(job), wall_now());
  job.next.cookies = std::move(sent.field);
  job.next.cookie_count = sent.count;
}

void EngineCore::take_cookies(Job& job, const TransferMark& mark) {
  if (!cookies_used() || !mark.headers || !mark.headers->has("Set-Cookie")) return;
  const auto url = Url::parse(job.next.url);
  std::int64_t taken = 0;
  for (const Headers::Field& field : mark.headers->fields()) {
    if (equals_ignoring_case(field.name, "Set-Cookie") && url &&
        jar_.receive(*url, field.value, cookie_context(job), wall_now()))
      ++taken;
  }
  job.cookie_set = taken > 0;
  if (taken == 0) return;
  TransferMark received;
  received.event = RequestEvent::CookieReceived;
  received.value = taken;
  received.time = mark.time;
  received.wall_time = mark.wall_time;
  tell(job, std::move(received));
}

}  // namespace pagehaul
