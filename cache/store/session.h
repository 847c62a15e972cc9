#pragma once
// Who is writing: an unfinished body belongs to a session, and the session of a process that is gone leaves garbage
// behind.

#include <cstdint>
#include <string>

#include "pagehaul/headers.h"

namespace pagehaul::store {

// A process, so that a later one with the same number is not taken for it.
struct ProcessIdentity {
  std::int64_t pid = 0;
  std::int64_t start = 0;          // field 22 of /proc/PID/stat: clock ticks after boot; 0 unknown
  std::int64_t pid_namespace = 0;  // inode of /proc/self/ns/pid; 0 unknown
  std::string boot_id;             // /proc/sys/kernel/random/boot_id; "" unknown

  static ProcessIdentity self();
};

// When a process cannot be judged (another pid namespace, no /proc), a session that was silent for so long is dead.
inline constexpr std::chrono::minutes kHeartbeatLimit{15};
// A session that writes says so this often.
inline constexpr std::chrono::minutes kHeartbeatInterval{1};

bool is_alive(const ProcessIdentity& writer, WallTime heartbeat, const ProcessIdentity& self, WallTime now);

// A number no other session has.
std::int64_t new_session_id();

}  // namespace pagehaul::store
