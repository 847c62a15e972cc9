#pragma once
// TLS sessions that no connection has used yet, by origin, as the file beside a cache keeps them. Text in, text out: no
// OpenSSL, no I/O, no clock. Not thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/engine.h"

namespace pagehaul {

// RFC 8446 section 4.6.1: no session lives longer.
inline constexpr std::chrono::hours kLongestTlsSession{std::int64_t{7} * 24};

struct TlsSession {
  std::string id;     // tells it from all others; no blanks, as in `text`
  std::string text;   // the session itself
  WallTime ends;      // when the server forgets it
  WallTime check_by;  // when the certificates are to be checked again: what follows from this session inherits it
};

class TlsSessionStore {
 public:
  explicit TlsSessionStore(const TlsSessionLimits& limits) : limits_(limits) {}

  // `key`: the origin, and all that trust in it depends on; no blanks.
  void note(const std::string& key, TlsSession session, WallTime now);
  // The newest one that is good still. It is gone then: RFC 8446 appendix C.4 has each used once.
  std::optional<TlsSession> take(const std::string& key, WallTime now);
  // What take() would give, if that stays so.
  std::optional<TlsSession> next(const std::string& key, WallTime now) const;
  // Somebody else has used it.
  void forget(const std::string& key, std::string_view id);
  void forget_all(const std::string& key);

  // Lines of key, id, ends, check_by (both in seconds since 1970), text, and a check sum of all before it. Passed over
  // is what is over, what is no such line, and what would end later than any session does, by a clock that was wrong.
  void read(std::string file, WallTime now);
  // Was anything noted or used since?
  bool has_changed() const;
  // What to write into a file that holds `file` now, which another process may have written since read(): that, without
  // what was used, and what was noted.
  std::string write_into(std::string file, WallTime now) const;

 private:
  struct Kept {
    std::shared_ptr<const std::string> text;  // what the next two are part of: the file read, or the line
    std::string_view line, id;
    WallTime ends;
    std::uint64_t number = 0;  // larger is newer
    bool noted = false;        // not from a file
  };
  using Sessions = std::vector<Kept>;  // of one key, the oldest first; never empty in keys_

  void keep(const std::string& key, Kept session);
  void used(const Kept& session);
  std::string write(WallTime now) const;

  const TlsSessionLimits limits_;
  std::map<std::string, Sessions, std::less<>> keys_;
  std::set<std::string, std::less<>> used_;  // ids of what was read
  std::uint64_t last_number_ = 0;
};

}  // namespace pagehaul
