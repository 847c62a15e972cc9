#pragma once
// The part of a Transfer that is FTP: sets curl up for one operation, and reads the control connection's replies. As a
// Transfer, it only records. I/O thread only.
//
// Every path is sent whole (no CWD), and every command through curl's QUOTE with "*", which keeps curl from dropping
// the connection at a refusal: what a reply means is decided here.

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ftp_call.h"
#include "engine/ftp_listing.h"
#include "engine/ftp_reply.h"
#include "engine/request_machine.h"
#include "pagehaul/url.h"

namespace pagehaul {

// Can this URL be fetched as a file? `method` and `body` are a request's.
Status check_ftp_fetch(const Url& url, std::string_view method, std::string_view body);

class FtpExchange {
 public:
  // `call` null: the URL's file, as a page asks for it. `on_activity` is called whenever the server took a piece of
  // what is stored.
  FtpExchange(CURL* easy, RequestId id, Url url, const std::string& user, std::shared_ptr<const FtpCall> call,
              std::function<void()> on_activity);
  ~FtpExchange();
  FtpExchange(const FtpExchange&) = delete;
  FtpExchange& operator=(const FtpExchange&) = delete;

  std::string_view method() const;
  // The login is over: the next replies are to the operation.
  void ready() { ready_ = true; }
  bool is_ready() const { return ready_; }
  bool was_answered() const { return replies_seen_ > 0; }
  // A line of the control connection. True when the response now begins; status() and expected_bytes() describe it.
  bool reply_line(std::string_view line);
  int status() const { return status_; }
  std::int64_t expected_bytes() const { return expected_bytes_; }
  // Makes curl look at its sockets; not while the transfer is paused, since pausing and going on is how. curl 7.88 does
  // not always tell which ones it waits for: after a reply that came within the call that sent the command it names
  // none, and while a data connection has its TLS handshake not the control connection. Who polls does not notice.
  void look_again();
  bool is_listing() const { return listing_.has_value(); }
  Status take_listing(std::string_view bytes) { return listing_->feed(bytes); }

  bool is_storing() const { return store_; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }
  bool is_waiting_for_source() const { return waiting_for_source_; }
  void source_has_more() { waiting_for_source_ = false; }

  // After curl has ended: how it went. `code` and `detail` are curl's.
  Status end(CURLcode code, std::string_view detail, RequestPhase phase);
  // Is the same operation to be made again with LIST, since the server has no MLSD?
  bool again_with_list() const { return again_with_list_; }
  std::shared_ptr<const FtpResult> result();  // null for a page's file

 private:
  void set_up_connection(const std::string& user);
  void set_up_operation();
  void set_url(const std::string& path, bool directory);
  void set_up_commands(std::vector<std::string> commands);
  void set_up_listing(const std::string& path);
  Status judge_commands();
  Status refusal(std::size_t index) const;
  Status status_from(CURLcode code, std::string_view detail, RequestPhase phase) const;
  FtpPiece ask_source();
  std::size_t read_source(char* target, std::size_t room);
  static std::size_t on_read(char* target, std::size_t size, std::size_t count, void* self);

  CURL* easy_;
  const RequestId id_;
  const Url url_;
  const std::shared_ptr<const FtpCall> call_;
  const std::function<void()> on_activity_;
  curl_slist* commands_ = nullptr;
  std::size_t command_count_ = 0;
  std::string path_;  // resolved
  FtpReplyReader reader_;
  FtpReply last_reply_;
  std::vector<FtpReply> answers_;  // to the commands
  std::size_t replies_seen_ = 0;
  bool ready_ = false, begun_ = false, store_ = false, waiting_for_source_ = false, again_with_list_ = false;
  bool mlsd_ = false;
  int status_ = 0;
  std::int64_t expected_bytes_ = -1;
  std::optional<FtpListingReader> listing_;
  FtpResult result_;
  Status source_failure_;
  std::string piece_;
  std::size_t piece_taken_ = 0;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace pagehaul
