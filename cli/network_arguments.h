#pragma once
// The options that `load` and `get` share: cache, connections, what is sent. Letters mean what they mean in curl.

#include <stop_token>
#include <string>

#include "command_line.h"
#include "console.h"
#include "pagehaul/page_load.h"
#include "pagehaul/url.h"

namespace pagehaul::cli {

struct NetworkArguments {
  LoaderOptions loader;
  CacheMode mode = CacheMode::Default;
  std::optional<std::chrono::milliseconds> stale_if_slow;
  Headers headers;                       // -H, -A, -e, and -b with a literal cookie
  std::string user;                      // -u
  ClientCertificate client_certificate;  // -E, --key, --pass
  std::string cache_file;
  std::uint64_t max_cache = 0;  // 0: no limit
  std::int64_t max_redirects = 20;
  bool allow_private = false;
  bool no_tls_sessions = false;  // else they are kept beside the cache file

  // Opens the loader as the options say: an offline one reads a file that it cannot write.
  // A cookie jar that cannot be written in the end is complained of when the loader goes.
  // `first` is what will be asked for: where nothing can be stored of it yet, its connection is begun at once.
  // `stop` ends what goes on in the background, which is else waited for in the end.
  Result<std::unique_ptr<PageLoader>> open(const Url& first, std::stop_token stop, Console& console) const;
  // Ends what open() gave, which began no earlier than `began`, and evicts what --max-cache says. What cannot be done
  // is complained of. Not Success when the disk has not taken what was stored.
  ExitCode close(std::unique_ptr<PageLoader> opened, WallTime began, Console& console) const;

 private:
  void keep_small(WallTime began, Console& console) const;
};

// `arguments` must outlive the command.
void add_network_options(Command& command, NetworkArguments& arguments);

}  // namespace pagehaul::cli
