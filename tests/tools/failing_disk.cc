// A disk that fails, for programs under test: preloaded into one (LD_PRELOAD), what is written to a file *.db never
// gets onto it, which fdatasync says.

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

extern "C" __attribute__((visibility("default"))) int fdatasync(int descriptor) {
  std::array<char, 4096> name{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), name.data(), name.size());
  if (size > 0 && std::string_view(name.data(), static_cast<std::size_t>(size)).ends_with(".db")) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}
