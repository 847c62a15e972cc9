#include "standard_input.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace pagehaul::cli {
namespace {

constexpr std::size_t kPieceBytes = 65536;
constexpr std::size_t kMostPieces = 4;

}  // namespace

StandardInput::StandardInput(Engine& engine) : engine_(engine), ending_(eventfd(0, EFD_CLOEXEC)) {
  if (ending_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { read_ahead(); });
}

StandardInput::~StandardInput() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  eventfd_write(ending_, 1);
  thread_.join();
  close(ending_);
}

FtpPiece StandardInput::next(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (pieces_.empty()) {
    waiting_ = id;
    return FtpPiece{FtpPiece::State::NotYet};
  }
  FtpPiece piece = std::move(pieces_.front());
  pieces_.pop_front();
  changed_.notify_all();
  return piece;
}

void StandardInput::read_ahead() {
  while (wait_for_input()) {
    FtpPiece piece = read_piece();
    const bool last = piece.state != FtpPiece::State::Bytes;
    std::unique_lock lock(mutex_);
    pieces_.push_back(std::move(piece));
    if (waiting_ != 0) engine_.resume(std::exchange(waiting_, 0));
    if (last) return;
    changed_.wait(lock, [this] { return ended_ || pieces_.size() < kMostPieces; });
  }
}

// False when it is over.
bool StandardInput::wait_for_input() const {
  std::array<pollfd, 2> either{{{STDIN_FILENO, POLLIN, 0}, {ending_, POLLIN, 0}}};
  while (poll(either.data(), either.size(), -1) < 0 && errno == EINTR) continue;
  return either[1].revents == 0;
}

FtpPiece StandardInput::read_piece() {
  FtpPiece piece{FtpPiece::State::Bytes, std::string(kPieceBytes, '\0')};
  ssize_t bytes = 0;
  do {
    bytes = read(STDIN_FILENO, piece.bytes.data(), piece.bytes.size());
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0) {
    return {FtpPiece::State::Failed,
            {},
            Status(ErrorKind::File, std::string("cannot read standard input: ") + std::strerror(errno))};
  }
  piece.bytes.resize(static_cast<std::size_t>(bytes));
  if (bytes == 0) piece.state = FtpPiece::State::End;
  return piece;
}

}  // namespace pagehaul::cli
