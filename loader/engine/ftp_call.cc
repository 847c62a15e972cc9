#include "engine/ftp_call.h"

#include <algorithm>

#include "engine/ftp_path.h"

namespace pagehaul {

std::string FtpSession::directory() const {
  const std::lock_guard lock(mutex_);
  return base();
}

std::string FtpSession::resolve(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return resolve_ftp_path(base(), path);
}

void FtpSession::set_directory(std::string directory) {
  const std::lock_guard lock(mutex_);
  directory_ = std::move(directory);
}

void FtpSession::set_login_directory(std::string directory) {
  const std::lock_guard lock(mutex_);
  login_directory_ = std::move(directory);
}

bool FtpSession::has_mlsd() const {
  const std::lock_guard lock(mutex_);
  return has_mlsd_;
}

void FtpSession::note_no_mlsd() {
  const std::lock_guard lock(mutex_);
  has_mlsd_ = false;
}

std::string FtpSession::base() const {
  return directory_.empty() ? login_directory_ : resolve_ftp_path(login_directory_, directory_);
}

Status check_ftp_call(const FtpCall& call) {
  const FtpRequest& request = call.request;
  switch (request.operation) {
    case FtpOperation::GetDirectory:
      return {};
    case FtpOperation::List:
      return request.path.empty() ? Status() : check_ftp_argument(request.path, "the directory's path");
    case FtpOperation::Rename:
      if (Status to = check_ftp_argument(request.to, "the new path"); !to.ok()) return to;
      break;
    case FtpOperation::Raw: {
      const std::string verb = request.path.substr(0, request.path.find(' '));
      const bool word = !verb.empty() && std::all_of(verb.begin(), verb.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      });
      if (!word) return Status(ErrorKind::Usage, "a command begins with a word of letters: \"" + request.path + "\"");
      return check_ftp_argument(request.path, "the command");
    }
    case FtpOperation::Store:
      if (!request.source) return Status(ErrorKind::Usage, "nothing to store: neither a local file nor a source");
      break;
    default:
      break;
  }
  return check_ftp_argument(request.path, "the path");
}

std::string_view ftp_operation_name(FtpOperation operation) {
  switch (operation) {
    case FtpOperation::CreateDirectory:
      return "MKD";
    case FtpOperation::RemoveDirectory:
      return "RMD";
    case FtpOperation::SetDirectory:
      return "CWD";
    case FtpOperation::GetDirectory:
      return "PWD";
    case FtpOperation::Delete:
      return "DELE";
    case FtpOperation::Rename:
      return "RNFR";
    case FtpOperation::List:
      return "LIST";
    case FtpOperation::Retrieve:
      return "RETR";
    case FtpOperation::Store:
      return "STOR";
    case FtpOperation::Size:
      return "SIZE";
    case FtpOperation::Raw:
      return "raw";
  }
  return "unknown";
}

}  // namespace pagehaul
