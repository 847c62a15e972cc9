#include "interrupts.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "exit_code.h"

namespace pagehaul::cli {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupts::Interrupts(std::function<void()> on_first) : on_first_(std::move(on_first)) {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  end_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || end_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  thread_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
  eventfd_write(end_, 1);
  thread_.join();
  close(signals_);
  close(end_);
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Interrupts::watch() {
  std::array<pollfd, 2> files{{{signals_, POLLIN, 0}, {end_, POLLIN, 0}}};
  for (bool first = true;;) {
    if (poll(files.data(), files.size(), -1) < 0 && errno != EINTR) return;
    if ((files[0].revents & POLLIN) != 0) {
      signalfd_siginfo info{};
      if (read(signals_, &info, sizeof info) != sizeof info) continue;
      if (!first) _exit(static_cast<int>(ExitCode::Interrupted));
      first = false;
      on_first_();
    } else if ((files[1].revents & POLLIN) != 0) {
      return;
    }
  }
}

}  // namespace pagehaul::cli
