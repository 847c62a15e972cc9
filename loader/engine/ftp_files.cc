#include "engine/ftp_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pagehaul {
namespace {

constexpr std::size_t kMostHeldBytes = std::size_t{4} << 20;
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
constexpr std::size_t kMostPieces = 4;

Status file_failure(const char* what, const std::string& file, int error) {
  return Status(ErrorKind::File, std::string(what) + " " + file + ": " + std::strerror(error));
}

}  // namespace

FtpFileReceiver::FtpFileReceiver(std::shared_ptr<EngineCore> core, std::string file, std::uint64_t resume_from)
    : core_(std::move(core)), file_(std::move(file)), resume_from_(resume_from) {}

bool FtpFileReceiver::take(RequestId id, std::string&& bytes) {
  bool room = true;
  {
    const std::lock_guard lock(mutex_);
    held_bytes_ += bytes.size();
    room = held_bytes_ < kMostHeldBytes;
    if (!room) paused_ = true;
  }
  core_->file_thread().post([self = shared_from_this(), id, piece = std::move(bytes)] {
    const bool failed_before = !self->failure_.ok();
    self->write(piece);
    if (!failed_before && !self->failure_.ok()) self->core_->fail_request(id, self->failure_);
    bool resume = false;
    {
      const std::lock_guard lock(self->mutex_);
      self->held_bytes_ -= piece.size();
      resume = self->paused_ && self->held_bytes_ < kMostHeldBytes / 2;
      if (resume) self->paused_ = false;
    }
    if (resume) self->core_->resume(id);
  });
  return room;
}

void FtpFileReceiver::open() {
  if (target_.is_open() || !failure_.ok()) return;
  note(resume_from_ > 0 ? target_.open_at(file_, resume_from_) : target_.open(file_));
}

void FtpFileReceiver::write(std::string_view bytes) {
  open();
  if (failure_.ok()) note(target_.write(bytes));
}

void FtpFileReceiver::note(int error) {
  if (error != 0 && failure_.ok()) failure_ = file_failure("cannot write", file_, error);
}

void FtpFileReceiver::conclude(Completion& completion) {
  if (completion.status.ok()) open();  // an empty file is one, too
  if (completion.status.ok() && failure_.ok()) note(target_.finish());
  target_.discard();
  if (completion.status.ok()) completion.status = failure_;
}

FtpFileSender::FtpFileSender(std::shared_ptr<EngineCore> core, std::string file)
    : core_(std::move(core)), file_(std::move(file)) {}

FtpFileSender::~FtpFileSender() {
  if (descriptor_ >= 0) close(descriptor_);
}

FtpPiece FtpFileSender::next(RequestId id) {
  const std::lock_guard lock(mutex_);
  FtpPiece piece{FtpPiece::State::NotYet};
  if (!pieces_.empty()) {
    piece = std::move(pieces_.front());
    pieces_.pop_front();
  } else {
    waiting_ = true;
  }
  if (!reading_ && !ended_ && pieces_.size() < kMostPieces) {
    reading_ = true;
    core_->file_thread().post([self = shared_from_this(), id] { self->read_ahead(id); });
  }
  return piece;
}

void FtpFileSender::read_ahead(RequestId id) {
  bool more = true;
  while (more) {
    FtpPiece piece = read_piece();
    const std::lock_guard lock(mutex_);
    ended_ = piece.state != FtpPiece::State::Bytes;
    pieces_.push_back(std::move(piece));
    if (waiting_) core_->resume(id);
    waiting_ = false;
    more = !ended_ && pieces_.size() < kMostPieces;
    if (!more) reading_ = false;
  }
}

FtpPiece FtpFileSender::read_piece() {
  const auto failed = [this](int error) {
    return FtpPiece{FtpPiece::State::Failed, {}, file_failure("cannot read", file_, error)};
  };
  if (descriptor_ < 0) {
    struct stat what {};
    descriptor_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0 || fstat(descriptor_, &what) != 0) return failed(errno);
    if (S_ISDIR(what.st_mode)) return failed(EISDIR);
    if (!S_ISREG(what.st_mode)) return {FtpPiece::State::Failed, {}, Status(ErrorKind::File, file_ + " is no file")};
  }
  FtpPiece piece{FtpPiece::State::Bytes, std::string(kPieceBytes, '\0')};
  ssize_t bytes = 0;
  do {
    bytes = ::read(descriptor_, piece.bytes.data(), piece.bytes.size());
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0) return failed(errno);
  piece.bytes.resize(static_cast<std::size_t>(bytes));
  if (bytes == 0) piece.state = FtpPiece::State::End;
  return piece;
}

}  // namespace pagehaul
