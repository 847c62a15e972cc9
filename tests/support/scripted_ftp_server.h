#pragma once
// An FTP server that does what a test says, also what no server should: it answers each command by a function. One
// thread for each connection.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/loopback.h"

namespace test_support {

class ScriptedFtpServer {
 public:
  // A control connection, as its script sees it.
  class Session {
   public:
    Session(ScriptedFtpServer& server, int control) : server_(server), control_(control) {}
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    void reply(const std::string& text);      // CRLF is added
    bool send_raw(const std::string& bytes);  // false: the peer has gone
    // Opens a port for a data connection and returns it.
    std::uint16_t open_data_port();
    // Accepts the client there and sends this; false: it did not take it all.
    bool send_data(const std::string& bytes);
    // The same, over and over, until the client goes or `times` are over; how often it was sent.
    std::uint64_t send_data_repeatedly(const std::string& bytes, std::uint64_t times);
    // Accepts the client there and takes what it sends, until it has sent all or has gone; how many bytes that was.
    std::uint64_t receive_data();
    void hang();  // until the peer or the test has gone

   private:
    bool accept_data();
    ScriptedFtpServer& server_;
    int control_ = -1, listener_ = -1, data_ = -1;
  };
  // Gets a command line without its end. Returns false where it leaves the answer to the plain server, which logs
  // everybody in, is at "/" and opens a passive port on EPSV.
  using Script = std::function<bool(Session&, const std::string& command)>;

  explicit ScriptedFtpServer(Script script, std::string greeting = "220 ready");
  ~ScriptedFtpServer();
  ScriptedFtpServer(const ScriptedFtpServer&) = delete;
  ScriptedFtpServer& operator=(const ScriptedFtpServer&) = delete;

  std::uint16_t port() const { return listener_.port; }
  std::string url(const std::string& path = "/") const;
  std::vector<std::string> commands() const;

 private:
  friend class Session;
  void accept_connections();
  void serve(int control);
  static void answer(Session& session, const std::string& command);

  const Script script_;
  const std::string greeting_;
  const ListeningSocket listener_;
  std::atomic<bool> ending_{false};
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::vector<int> controls_;
  std::vector<std::string> commands_;
};

}  // namespace test_support
