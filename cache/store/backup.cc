#include "pagehaul/store_backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/store_impl.h"

namespace pagehaul {

Status backup_store(const std::filesystem::path& from, const std::filesystem::path& to, WallTime now) {
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  auto opened = Store::open(from, options, now);
  if (!opened) return opened.status();
  // Store::open makes nothing else.
  const auto connection = static_cast<store::StoreImpl&>(**opened).take_connection();
  // SQLite fills an empty file; it would make one that everybody may read.
  const int descriptor = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return {errno == ENOSPC || errno == EDQUOT ? ErrorKind::DiskFull : ErrorKind::File,
            "cannot make " + to.string() + ": " + std::generic_category().message(errno)};
  ::close(descriptor);
  // It writes to the copy alone, but query_only is of the whole connection.
  Status made = connection->run_script("PRAGMA query_only = OFF");
  if (made) {
    store::Query query = connection->query("VACUUM INTO ?", std::string_view(to.native()));
    made = query.run();
  }
  if (!made) ::unlink(to.c_str());
  return made;
}

}  // namespace pagehaul
