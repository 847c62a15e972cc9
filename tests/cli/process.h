#pragma once
// Runs a program as a process, its three streams in the test's hands.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pagehaul::test {

struct ProcessOptions {
  std::string input;                                             // its standard input
  bool input_stays_open = false;                                 // nothing more comes, and no end of it
  std::vector<std::pair<std::string, std::string>> environment;  // added to a small, fixed one (no proxy, no HOME, UTC)
  std::string working_directory;                                 // "": the test's
  std::optional<std::pair<int, int>> terminal;  // columns and rows: stdout and stderr are one terminal, in `out`
  std::string stdout_file;                      // "": captured
};

struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  std::size_t max_resident_kib = 0;  // at its peak
  std::chrono::milliseconds cpu_time{};
  std::string out, err;
};

// One that runs while the test does other things.
class Process {
 public:
  Process(std::vector<std::string> command, ProcessOptions options = {});
  ~Process();  // kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  void signal(int number);
  // Until the text has appeared in `out` and `err` together, or the process ended (false).
  bool wait_for_output(const std::string& text);
  void close_output();  // as `| head` does
  ProcessResult wait();

 private:
  bool pump(int timeout_ms);
  void start_child(const std::vector<std::string>& command, const ProcessOptions& options);
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  std::string input_;
  bool input_stays_open_ = false;
  ProcessResult result_;
};

// pagehaul with these arguments, to its end.
ProcessResult run(std::vector<std::string> arguments, ProcessOptions options = {});
std::vector<std::string> program(std::vector<std::string> arguments);

// A folder that is gone after the test.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& content) const;  // its path

 private:
  std::string path_;
};
std::string read_file(const std::string& path);
unsigned permissions_of(const std::string& path);  // as chmod(1) takes them: 0600

std::vector<std::string> lines(const std::string& text);

}  // namespace pagehaul::test
