#include "process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pagehaul::test {
namespace {

constexpr std::chrono::seconds kDeadline{60};

std::pair<int, int> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return {ends[0], ends[1]};
}

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (std::string& string : strings) list.push_back(string.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> list = {"PATH=/usr/bin:/bin", "TZ=UTC", "LC_ALL=C.UTF-8", "HOME=/nonexistent"};
  if (options.terminal) list.push_back("TERM=xterm");
  // What a sanitizer build needs to be told must reach the program too.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) list.push_back(std::string(name) + "=" + value);
  for (const auto& [name, value] : options.environment) {
    std::erase_if(list, [&, prefix = name + "="](const std::string& variable) { return variable.starts_with(prefix); });
    list.push_back(name + "=" + value);
  }
  return list;
}

}  // namespace

Process::Process(std::vector<std::string> command, ProcessOptions options)
    : input_(std::move(options.input)), input_stays_open_(options.input_stays_open) {
  std::signal(SIGPIPE, SIG_IGN);
  start_child(command, options);
}

void Process::start_child(const std::vector<std::string>& command, const ProcessOptions& options) {
  auto [in_read, in_write] = make_pipe();
  int out_write = -1, err_write = -1;
  if (options.terminal) {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(options.terminal->first);
    size.ws_row = static_cast<unsigned short>(options.terminal->second);
    if (::openpty(&out_, &out_write, nullptr, nullptr, &size) != 0) throw std::runtime_error("openpty failed");
    ::fcntl(out_, F_SETFD, FD_CLOEXEC);
    err_write = ::fcntl(out_write, F_DUPFD_CLOEXEC, 3);
  } else {
    std::tie(out_, out_write) = make_pipe();
    std::tie(err_, err_write) = make_pipe();
  }
  if (!options.stdout_file.empty()) {
    close_if_open(out_write);
    out_write = ::open(options.stdout_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }
  in_ = in_write;
  std::vector<std::string> arguments = command, environment = environment_of(options);
  const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
  pid_ = ::fork();
  if (pid_ == 0) {
    std::signal(SIGPIPE, SIG_DFL);
    ::dup2(in_read, 0);
    ::dup2(out_write, 1);
    ::dup2(err_write, 2);
    if (options.working_directory.empty() || ::chdir(options.working_directory.c_str()) == 0)
      ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  for (int* end : {&in_read, &out_write, &err_write}) close_if_open(*end);
  ::fcntl(in_, F_SETFL, O_NONBLOCK);
  if (input_.empty()) close_if_open(in_);
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (int* end : {&in_, &out_, &err_}) close_if_open(*end);
}

void Process::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

void Process::close_output() {
  close_if_open(out_);
}

// Moves what can be moved; false when nothing is left to read.
bool Process::pump(int timeout_ms) {
  pollfd ready[3] = {
      {input_stays_open_ && input_.empty() ? -1 : in_, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  ::poll(ready, 3, timeout_ms);
  if (ready[0].revents != 0) {
    const ssize_t written = ::write(in_, input_.data(), input_.size());
    if (written > 0) input_.erase(0, static_cast<std::size_t>(written));
    if ((input_.empty() && !input_stays_open_) || (written < 0 && errno != EAGAIN)) close_if_open(in_);
  }
  const auto read_into = [](int& descriptor, short events, std::string& text) {
    if (events == 0) return;
    char piece[16384];
    const ssize_t count = ::read(descriptor, piece, sizeof piece);
    if (count > 0)
      text.append(piece, static_cast<std::size_t>(count));
    else if (count == 0 || errno != EINTR)  // a terminal says EIO when its other end is closed
      close_if_open(descriptor);
  };
  read_into(out_, ready[1].revents, result_.out);
  read_into(err_, ready[2].revents, result_.err);
  return out_ >= 0 || err_ >= 0;
}

bool Process::wait_for_output(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (result_.out.find(text) == std::string::npos && result_.err.find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (!pump(1000)) return result_.out.find(text) != std::string::npos || result_.err.find(text) != std::string::npos;
  }
  return true;
}

ProcessResult Process::wait() {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (pump(1000)) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "the process still runs; so far:\n" << result_.out << result_.err;
      ::kill(pid_, SIGKILL);
      break;
    }
  }
  int status = 0;
  rusage usage{};
  ::wait4(pid_, &status, 0, &usage);
  result_.max_resident_kib = static_cast<std::size_t>(usage.ru_maxrss);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  result_.cpu_time = std::chrono::duration_cast<std::chrono::milliseconds>(of(usage.ru_utime) + of(usage.ru_stime));
  pid_ = -1;
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

std::vector<std::string> program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PAGEHAUL_PROGRAM);
  return arguments;
}

ProcessResult run(std::vector<std::string> arguments, ProcessOptions options) {
  return Process(program(std::move(arguments)), std::move(options)).wait();
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "pagehaul-cli-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

unsigned permissions_of(const std::string& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions()) & 0777U;
}

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> list;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) list.push_back(line);
  return list;
}

}  // namespace pagehaul::test
