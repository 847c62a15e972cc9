#include "engine/ftp_exchange.h"

#include <algorithm>
#include <cstring>

#include "engine/curl_status.h"
#include "engine/ftp_path.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

// RFC 1738 section 3.2.2: ";type=" and a letter at the end of the path; 0 where there is none.
char url_type(std::string_view path) {
  if (path.size() < 7) return 0;
  const std::string tail = ascii_lower(path.substr(path.size() - 7));
  return tail.starts_with(";type=") ? tail.back() : '\0';
}

}  // namespace

Status check_ftp_fetch(const Url& url, std::string_view method, std::string_view body) {
  if (method != "GET") return Status(ErrorKind::Usage, "an ftp: URL has no method but GET");
  if (!body.empty()) return Status(ErrorKind::Usage, "an ftp: URL takes no body");
  if (url.path().ends_with('/') || url_type(url.path()) == 'd') {
    return Status(ErrorKind::InvalidUrl, url.href_without_fragment() +
                                             " is a directory, and a listing is not a resource (see pagehaul ftp ls)");
  }
  return {};
}

FtpExchange::FtpExchange(CURL* easy, RequestId id, Url url, const std::string& user,
                         std::shared_ptr<const FtpCall> call, std::function<void()> on_activity)
    : easy_(easy), id_(id), url_(std::move(url)), call_(std::move(call)), on_activity_(std::move(on_activity)) {
  set_up_connection(user);
  set_up_operation();
}

FtpExchange::~FtpExchange() {
  curl_slist_free_all(commands_);
}

std::string_view FtpExchange::method() const {
  return call_ ? ftp_operation_name(call_->request.operation) : "RETR";
}

void FtpExchange::set_up_connection(const std::string& user) {
  set(easy_, CURLOPT_PROTOCOLS_STR, "ftp");
  set(easy_, CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_NOCWD));
  set(easy_, CURLOPT_FTP_SKIP_PASV_IP, 1L);
  set(easy_, CURLOPT_FTP_USE_EPSV, 1L);
  set(easy_, CURLOPT_HTTPPROXYTUNNEL, 1L);
  // The phases' own deadlines come first; this one stands where they were switched off.
  set(easy_, CURLOPT_SERVER_RESPONSE_TIMEOUT, 300L);
  const FtpTls tls = call_ ? call_->tls : FtpTls::Try;
  const long use = tls == FtpTls::Off ? CURLUSESSL_NONE : tls == FtpTls::Try ? CURLUSESSL_TRY : CURLUSESSL_ALL;
  set(easy_, CURLOPT_USE_SSL, use);
  set(easy_, CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
  if (!user.empty()) {
    set(easy_, CURLOPT_USERPWD, user.c_str());
  } else if (call_ && !call_->netrc_file.empty()) {
    set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set(easy_, CURLOPT_NETRC_FILE, call_->netrc_file.c_str());
  }
}

void FtpExchange::set_url(const std::string& path, bool directory) {
  std::string text = "ftp://" + url_.host();
  if (url_.port()) text += ":" + std::to_string(*url_.port());
  text += "/" + encode_ftp_path(path);
  if (directory && !path.empty() && !path.ends_with('/')) text += '/';
  set(easy_, CURLOPT_URL, text.c_str());
}

void FtpExchange::set_up_operation() {
  if (!call_) {
    Url plain = url_;
    plain.clear_credentials();
    set(easy_, CURLOPT_URL, plain.href_without_fragment().c_str());
    return;
  }
  const FtpRequest& request = call_->request;
  const FtpSession& session = *call_->session;
  path_ = session.resolve(request.path);
  switch (request.operation) {
    case FtpOperation::CreateDirectory:
      return set_up_commands({"MKD " + path_});
    case FtpOperation::RemoveDirectory:
      return set_up_commands({"RMD " + path_});
    case FtpOperation::SetDirectory:
      // Only asks whether it is there and what it is called: the connection, which is elsewhere now, is not used again.
      set(easy_, CURLOPT_FORBID_REUSE, 1L);
      return set_up_commands({"CWD " + path_, "PWD"});
    case FtpOperation::GetDirectory:
      return set_up_commands({"PWD"});
    case FtpOperation::Delete:
      return set_up_commands({"DELE " + path_});
    case FtpOperation::Rename:
      return set_up_commands({"RNFR " + path_, "RNTO " + session.resolve(request.to)});
    case FtpOperation::Size:
      return set_up_commands({"TYPE I", "SIZE " + path_, "MDTM " + path_});
    case FtpOperation::Raw:
      set(easy_, CURLOPT_FORBID_REUSE, 1L);  // who knows what it changed
      return set_up_commands({request.path});
    case FtpOperation::List:
      return set_up_listing(path_);
    case FtpOperation::Retrieve:
      set_url(path_, false);
      return set(easy_, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.resume_from));
    case FtpOperation::Store:
      store_ = true;
      set_url(path_, false);
      set(easy_, CURLOPT_UPLOAD, 1L);
      set(easy_, CURLOPT_APPEND, request.append ? 1L : 0L);
      set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.store_bytes));
      set(easy_, CURLOPT_READFUNCTION, &FtpExchange::on_read);
      set(easy_, CURLOPT_READDATA, static_cast<void*>(this));
      expected_bytes_ = request.store_bytes;
      return;
  }
}

void FtpExchange::set_up_commands(std::vector<std::string> commands) {
  set_url("", true);
  set(easy_, CURLOPT_NOBODY, 1L);
  for (const std::string& command : commands) commands_ = curl_slist_append(commands_, ("*" + command).c_str());
  command_count_ = commands.size();
  set(easy_, CURLOPT_QUOTE, commands_);
}

void FtpExchange::set_up_listing(const std::string& path) {
  mlsd_ = call_->session->has_mlsd();
  set_url(path, true);
  set(easy_, CURLOPT_CUSTOMREQUEST, mlsd_ ? "MLSD" : "LIST");
  listing_.emplace(mlsd_ ? FtpListingReader::Format::Mlsd : FtpListingReader::Format::List,
                   FtpListingLimits{call_->max_listing_bytes, call_->max_listing_entries},
                   std::chrono::system_clock::now(), [this](FtpEntry&& entry) {
                     if (call_->request.on_entry) {
                       call_->request.on_entry(entry);
                     } else {
                       result_.entries.push_back(std::move(entry));
                     }
                   });
}

bool FtpExchange::reply_line(std::string_view line) {
  const auto reply = reader_.line(line);
  if (!reply) return false;
  last_reply_ = *reply;
  if (!ready_) return false;
  ++replies_seen_;
  if (command_count_ > 0) {
    // curl's own QUIT is answered, too.
    if (reply->code >= 200 && answers_.size() < command_count_) answers_.push_back(*reply);
    if (answers_.size() < command_count_ || begun_) return false;
    status_ = reply->code;
    return begun_ = true;
  }
  if (begun_) return false;
  if (reply->code == 213 && !is_listing() && !store_) {  // curl asks for the size first
    if (const auto size = ftp_size(reply->text)) expected_bytes_ = static_cast<std::int64_t>(*size);
  }
  if (reply->code != 150 && reply->code != 125) return false;
  if (call_ && call_->request.operation == FtpOperation::Retrieve && expected_bytes_ >= 0) {
    expected_bytes_ -= std::min<std::int64_t>(expected_bytes_, static_cast<std::int64_t>(call_->request.resume_from));
  }
  status_ = 200;
  return begun_ = true;
}

void FtpExchange::look_again() {
  if (!ready_ || waiting_for_source_) return;
  curl_easy_pause(easy_, CURLPAUSE_RECV);
  curl_easy_pause(easy_, CURLPAUSE_CONT);
}

Status FtpExchange::refusal(std::size_t index) const {
  if (index >= answers_.size()) {
    return Status(ErrorKind::Protocol, url_.host() + " did not answer " + std::string(method()));
  }
  return answers_[index].code >= 400 ? status_of_ftp_reply(answers_[index], url_.host()) : Status();
}

// What the replies to the commands say.
Status FtpExchange::judge_commands() {
  const FtpOperation operation = call_->request.operation;
  const std::size_t judged = operation == FtpOperation::Size ? 1 : 0;
  for (std::size_t i = 0; i <= judged; ++i) {
    if (Status refused = refusal(i); !refused.ok()) {
      if (i < answers_.size()) last_reply_ = answers_[i];
      return refused;
    }
  }
  last_reply_ = answers_[judged];
  switch (operation) {
    case FtpOperation::Rename:
      last_reply_ = answers_.back();
      return refusal(1);
    case FtpOperation::CreateDirectory:
      result_.directory = quoted_ftp_path(answers_[0].text).value_or(path_);
      return {};
    case FtpOperation::SetDirectory:
    case FtpOperation::GetDirectory: {
      const bool sets = operation == FtpOperation::SetDirectory;
      const FtpReply& named = answers_.back();
      const auto server_says = named.code == 257 ? quoted_ftp_path(named.text) : std::nullopt;
      std::string directory = sets ? server_says.value_or(path_) : call_->session->directory();
      if (directory.empty()) directory = server_says.value_or("");
      if (!directory.starts_with('/') || !is_ftp_argument(directory)) {
        return Status(ErrorKind::Protocol, url_.host() + " does not tell its directory: " + named.text);
      }
      if (sets) call_->session->set_directory(directory);
      result_.directory = std::move(directory);
      return {};
    }
    case FtpOperation::Size:
      result_.size = ftp_size(answers_[1].text);
      if (!result_.size) return Status(ErrorKind::Protocol, url_.host() + " tells no size: " + answers_[1].text);
      if (answers_.size() > 2 && answers_[2].code == 213) result_.modified = ftp_time(answers_[2].text);
      return {};
    default:
      return {};
  }
}

Status FtpExchange::end(CURLcode code, std::string_view detail, RequestPhase phase) {
  const char* entry_path = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_FTP_ENTRY_PATH, &entry_path);
  if (call_ && entry_path != nullptr && *entry_path == '/' && is_ftp_argument(entry_path)) {
    call_->session->set_login_directory(entry_path);
  }
  Status status;
  if (!source_failure_.ok()) {
    status = source_failure_;
  } else if (code != CURLE_OK) {
    status = status_from(code, detail, phase);
  } else if (command_count_ > 0) {
    status = judge_commands();
  } else if (is_listing()) {
    status = listing_->finish();
  }
  if (is_listing() && mlsd_ && code == CURLE_FTP_COULDNT_RETR_FILE) {
    switch (last_reply_.code) {
      case 500:
      case 502:
        call_->session->note_no_mlsd();
        again_with_list_ = true;
        break;
      case 501:  // not with an argument, or not of what is no directory
      case 504:
        again_with_list_ = true;
        break;
      default:
        break;
    }
  }
  if (status.ok()) {
    status_ = command_count_ > 0 ? last_reply_.code : 200;
  } else if (last_reply_.code >= 400) {
    status_ = last_reply_.code;
  }
  return status;
}

std::shared_ptr<const FtpResult> FtpExchange::result() {
  if (!call_) return nullptr;
  result_.reply_code = last_reply_.code;
  result_.reply = last_reply_.text;
  result_.bytes_sent = bytes_sent_;
  return std::make_shared<const FtpResult>(std::move(result_));
}

Status FtpExchange::status_from(CURLcode code, std::string_view detail, RequestPhase phase) const {
  const std::string& host = url_.host();
  if (last_reply_.code == 421) return status_of_ftp_reply(last_reply_, host);  // curl calls it a time-out
  switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_REMOTE_DISK_FULL:
    case CURLE_REMOTE_FILE_EXISTS:
    case CURLE_FTP_COULDNT_RETR_FILE:
    case CURLE_FTP_COULDNT_USE_REST:
    case CURLE_FTP_COULDNT_SET_TYPE:
    case CURLE_UPLOAD_FAILED:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
      if (last_reply_.code >= 400) return status_of_ftp_reply(last_reply_, host);
      break;
    case CURLE_BAD_DOWNLOAD_RESUME:
      return Status(ErrorKind::HttpStatus, host + " has less of the file than there is of it already");
    case CURLE_FTP_WEIRD_PASS_REPLY:
    case CURLE_FTP_WEIRD_PASV_REPLY:
    case CURLE_FTP_WEIRD_227_FORMAT:
    case CURLE_FTP_CANT_GET_HOST:
      return Status(ErrorKind::Protocol, host + " does not keep to the protocol (" + std::string(detail) + ")");
    case CURLE_OPERATION_TIMEDOUT:
      if (phase == RequestPhase::Sending || phase == RequestPhase::Waiting)
        return Status(ErrorKind::FirstByteTimeout, host + " does not answer");
      break;
    default:
      break;
  }
  return status_from_curl(code, detail, phase, host);
}

FtpPiece FtpExchange::ask_source() {
  try {
    return call_->request.source(id_);
  } catch (...) {  // nothing may be thrown through curl
    return {FtpPiece::State::Failed, {}, Status(ErrorKind::Internal, "the source threw")};
  }
}

std::size_t FtpExchange::read_source(char* target, std::size_t room) {
  while (piece_taken_ == piece_.size()) {
    FtpPiece next = ask_source();
    switch (next.state) {
      case FtpPiece::State::Bytes:
        piece_ = std::move(next.bytes);
        piece_taken_ = 0;
        break;
      case FtpPiece::State::NotYet:
        waiting_for_source_ = true;
        return CURL_READFUNC_PAUSE;
      case FtpPiece::State::End:
        return 0;
      case FtpPiece::State::Failed:
        source_failure_ = next.failure.ok() ? Status(ErrorKind::Internal, "the source failed") : next.failure;
        return CURL_READFUNC_ABORT;
    }
  }
  const std::size_t bytes = std::min(room, piece_.size() - piece_taken_);
  std::memcpy(target, piece_.data() + piece_taken_, bytes);
  piece_taken_ += bytes;
  bytes_sent_ += bytes;
  return bytes;
}

std::size_t FtpExchange::on_read(char* target, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<FtpExchange*>(self);
  exchange.on_activity_();
  return exchange.read_source(target, size * count);
}

}  // namespace pagehaul
