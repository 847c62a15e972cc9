#include "store/session.h"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <optional>

namespace pagehaul::store {

namespace {

// Field 22; the command name in field 2 may hold blanks and parentheses, so the count starts after the last ")".
// Nothing for a process that is gone, or a zombie (field 3).
std::optional<std::int64_t> start_time(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::size_t at = line.rfind(')');
  if (at == std::string::npos || line.size() < at + 3 || line[at + 2] == 'Z' || line[at + 2] == 'X')
    return std::nullopt;
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  if (at == std::string::npos) return std::nullopt;
  std::int64_t start = 0;
  const auto [end, error] = std::from_chars(line.data() + at + 1, line.data() + line.size(), start);
  return error == std::errc() ? std::optional(start) : std::nullopt;
}

}  // namespace

ProcessIdentity ProcessIdentity::self() {
  ProcessIdentity self;
  self.pid = getpid();
  self.start = start_time(self.pid).value_or(0);
  struct stat file {};
  if (stat("/proc/self/ns/pid", &file) == 0) self.pid_namespace = static_cast<std::int64_t>(file.st_ino);
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::getline(boot, self.boot_id);
  return self;
}

bool is_alive(const ProcessIdentity& writer, WallTime heartbeat, const ProcessIdentity& self, WallTime now) {
  const bool known = !self.boot_id.empty() && !writer.boot_id.empty();
  // WAL's shared memory does not reach another kernel: another boot id is an earlier boot.
  if (known && writer.boot_id != self.boot_id) return false;
  if (known && self.start != 0 && self.pid_namespace != 0 && writer.pid_namespace == self.pid_namespace)
    return start_time(writer.pid) == writer.start;
  // A heartbeat from the future is as little use as an old one.
  return now - heartbeat <= kHeartbeatLimit && heartbeat - now <= kHeartbeatLimit;
}

std::int64_t new_session_id() {
  std::uint64_t number = 0;
  unsigned char bytes[sizeof number];
  if (getentropy(bytes, sizeof bytes) != 0) return 0;
  for (const unsigned char byte : bytes) number = number << 8 | byte;
  return static_cast<std::int64_t>(number >> 1);
}

}  // namespace pagehaul::store
