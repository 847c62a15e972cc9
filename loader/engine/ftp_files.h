#pragma once
// Local files as the two ends of an FTP transfer. Each works on the engine's file thread; the I/O thread only hands
// over.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "engine/engine_core.h"
#include "engine/whole_file.h"
#include "pagehaul/ftp.h"

namespace pagehaul {

// Takes what is retrieved. The file appears when it is whole; with `resume_from` it is written in place from there on,
// and stays where it broke off.
class FtpFileReceiver : public std::enable_shared_from_this<FtpFileReceiver> {
 public:
  FtpFileReceiver(std::shared_ptr<EngineCore> core, std::string file, std::uint64_t resume_from);
  FtpFileReceiver(const FtpFileReceiver&) = delete;
  FtpFileReceiver& operator=(const FtpFileReceiver&) = delete;

  // BodyCallback: false while more is held than memory should.
  bool take(RequestId id, std::string&& bytes);
  // File thread, after the last piece: what remains of the transfer is this.
  void conclude(Completion& completion);

 private:
  void open();
  void write(std::string_view bytes);
  void note(int error);

  const std::shared_ptr<EngineCore> core_;
  const std::string file_;
  const std::uint64_t resume_from_;
  std::mutex mutex_;
  std::size_t held_bytes_ = 0;
  bool paused_ = false;
  // File thread.
  WholeFile target_;
  Status failure_;
};

// Gives what is stored. Reads ahead, a few pieces.
class FtpFileSender : public std::enable_shared_from_this<FtpFileSender> {
 public:
  FtpFileSender(std::shared_ptr<EngineCore> core, std::string file);
  ~FtpFileSender();
  FtpFileSender(const FtpFileSender&) = delete;
  FtpFileSender& operator=(const FtpFileSender&) = delete;

  FtpPiece next(RequestId id);

 private:
  void read_ahead(RequestId id);
  FtpPiece read_piece();

  const std::shared_ptr<EngineCore> core_;
  const std::string file_;
  std::mutex mutex_;
  std::deque<FtpPiece> pieces_;
  bool reading_ = false, waiting_ = false, ended_ = false;
  int descriptor_ = -1;  // file thread
};

}  // namespace pagehaul
