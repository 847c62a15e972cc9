// The engine's jar: read when the engine begins, filled and asked by its exchanges, written when it ends.

#include <cstring>
#include <fstream>
#include <sstream>

#include "engine/engine_core.h"
#include "engine/whole_file.h"
#include "pagehaul/url.h"

namespace pagehaul {
WallTime EngineCore::wall_now() {
  return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
}

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

void EngineCore::write_cookies() {
  if (!options_.cookie_jar.empty()) write_private_file(options_.cookie_jar, jar_.write_netscape(wall_now()));
}

// Cookies are credentials, and what hosts were visited is nobody's business: the file is made for its owner alone
// before anything is in it.
void EngineCore::write_private_file(const std::string& name, std::string_view text) {
  WholeFile file;
  int error = file.open(name, 0600);
  if (error == 0) error = file.write(text);
  if (error == 0) error = file.finish();
  if (error != 0 && options_.on_jar_failure)
    options_.on_jar_failure(Status(ErrorKind::File, "cannot write " + name + ": " + std::strerror(error)));
}

CookieContext EngineCore::cookie_context(const Job& job) {
  const Request& request = job.state->request;
  return {request.site_for_cookies, request.navigation, is_safe_method(job.next.method)};
}

void EngineCore::add_cookies(Job& job, const Url& url) {
  job.next.cookies.clear();
  job.next.cookie_count = 0;
  if (!cookies_used() || !job.state->request.credentials) return;
  CookieJar::Sent sent = jar_.cookies_for(url, cookie_context(job), wall_now());
  job.next.cookies = std::move(sent.field);
  job.next.cookie_count = sent.count;
}

void EngineCore::take_cookies(Job& job, const TransferMark& mark) {
  if (!cookies_used() || !job.state->request.credentials || !mark.headers || !mark.headers->has("Set-Cookie")) return;
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
