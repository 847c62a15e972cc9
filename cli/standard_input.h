#pragma once
// Standard input as the source of an FTP transfer, read ahead on a thread of its own: a quiet pipe holds up neither the
// engine's deadlines nor Ctrl-C.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "pagehaul/ftp.h"

namespace pagehaul::cli {

class StandardInput {
 public:
  // The engine outlives it. Throws std::system_error when the system gives no descriptor.
  explicit StandardInput(Engine& engine);
  ~StandardInput();
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

  FtpPiece next(RequestId id);  // an FtpSource

 private:
  void read_ahead();
  bool wait_for_input() const;
  static FtpPiece read_piece();

  Engine& engine_;
  int ending_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FtpPiece> pieces_;
  RequestId waiting_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace pagehaul::cli
