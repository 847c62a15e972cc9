#pragma once
// A server of another project's as a child process, which says in words when it listens. It ends with this object, and
// with the test.

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class ServerProcess {
 public:
  ServerProcess() = default;
  ~ServerProcess() { stop(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Runs the program and waits until its standard error has `words`. False when it ends instead; see said(). Throws
  // std::system_error when there can be no process.
  bool start(std::vector<std::string> program_and_arguments, std::string_view words);
  // Kills it. True when there was one.
  bool stop();
  const std::string& said() const { return said_; }  // on its standard error, up to those words

 private:
  pid_t process_ = -1;
  int words_ = -1;  // its standard error: read no further, but open
  std::string said_;
};

}  // namespace test_support
