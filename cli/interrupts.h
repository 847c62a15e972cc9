#pragma once
// Ctrl-C and SIGTERM: the first one asks for an orderly end, the second one ends the process at once with 130. Make it
// before any thread that shall not see the signals.

#include <functional>
#include <thread>

namespace pagehaul::cli {

class Interrupts {
 public:
  // `on_first` runs on a thread of its own.
  explicit Interrupts(std::function<void()> on_first);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  void watch();

  std::function<void()> on_first_;
  int signals_ = -1;
  int end_ = -1;
  std::thread thread_;
};

}  // namespace pagehaul::cli
