#include "support/server_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace test_support {
namespace {

[[noreturn]] void become(char* const* arguments, char* const* environment, int words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the test crashes
  ::dup2(words, STDERR_FILENO);
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

}  // namespace

bool ServerProcess::start(std::vector<std::string> program_and_arguments, std::string_view words) {
  stop();
  said_.clear();
  std::vector<char*> arguments;
  for (std::string& word : program_and_arguments) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{path.data(), nullptr};
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  words_ = pipe[0];
  process_ = ::fork();
  if (process_ == 0) become(arguments.data(), environment.data(), pipe[1]);
  const int error = errno;
  ::close(pipe[1]);
  if (process_ < 0) throw std::system_error(error, std::generic_category(), "fork");
  std::array<char, 4096> block;
  while (said_.find(words) == std::string::npos) {
    const ssize_t got = ::read(words_, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    said_.append(block.data(), static_cast<std::size_t>(got));
  }
  return true;
}

bool ServerProcess::stop() {
  const bool runs = process_ > 0;
  if (runs) {
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
  }
  if (words_ >= 0) ::close(std::exchange(words_, -1));
  return runs;
}

}  // namespace test_support
