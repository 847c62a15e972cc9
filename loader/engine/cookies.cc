#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine_core.h"

namespace pagehaul {

bool EngineCore::cookies_used() const {
  return options_.cookies || !options_.cookie_file.empty() || !options_.cookie_jar.empty();
}

// Reads the jar into the share, through a handle of its own; curl takes a missing file as an empty jar.
void EngineCore::set_up_cookies() {
  if (!cookies_used()) return;
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_SHARE, share_);
  curl_easy_setopt(easy, CURLOPT_COOKIEFILE, options_.cookie_file.c_str());
  curl_easy_setopt(easy, CURLOPT_COOKIELIST, "RELOAD");
  curl_easy_cleanup(easy);
}

// Cookies are credentials: the file is made for its owner alone before anything is in it.
void EngineCore::write_cookies() {
  if (options_.cookie_jar.empty()) return;
  const int file = open(options_.cookie_jar.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  fchmod(file, 0600);
  close(file);
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_SHARE, share_);
  curl_easy_setopt(easy, CURLOPT_COOKIEJAR, options_.cookie_jar.c_str());
  curl_easy_setopt(easy, CURLOPT_COOKIELIST, "FLUSH");
  curl_easy_cleanup(easy);
  chmod(options_.cookie_jar.c_str(), 0600);
}

}  // namespace pagehaul
