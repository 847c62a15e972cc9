// pagehaul ftp get and put

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "ftp_commands.h"
#include "standard_input.h"

namespace pagehaul::cli {
namespace {

std::uint64_t size_of_file(const std::string& name) {
  struct stat file {};
  return stat(name.c_str(), &file) == 0 && S_ISREG(file.st_mode) ? static_cast<std::uint64_t>(file.st_size) : 0;
}

Status cannot_read(const std::string& name, int error) {
  return Status(ErrorKind::File, fmt::format("cannot read {}: {}", name, std::strerror(error)));
}

// The file to go on with has what the server has already, or less.
ExitCode get(const FtpArguments& arguments, const std::string& output, bool resume, Console& console) {
  const auto target = parse_ftp_target(arguments.url);
  if (!target.ok()) return console.fail(target.status());
  FtpClient client(arguments, *target, console);
  FtpRequest request{FtpOperation::Retrieve, target->path};
  bool reader_gone = false;
  if (!output.empty() && output != "-") {
    request.local_file = output;
    if (resume) request.resume_from = size_of_file(output);
  } else {
    if (resume) return console.fail(Status(ErrorKind::Usage, "--continue goes on with a file: -o says which"));
    request.on_body = [&](RequestId, std::string&& bytes) {
      if (!reader_gone && !console.out.write(bytes)) {
        reader_gone = true;
        client.engine().cancel_all();
      }
      return true;
    };
  }
  const bool to_terminal = request.local_file.empty() && console.out_terminal.is_terminal;
  const Completion got = client.run(std::move(request), !to_terminal);
  if (reader_gone) return ExitCode::File;
  return got.status.ok() ? ExitCode::Success : console.fail(got.status);
}

ExitCode put(const FtpArguments& arguments, const std::string& file, bool append, Console& console) {
  auto target = parse_ftp_target(arguments.url);
  if (!target.ok()) return console.fail(target.status());
  const bool from_input = file == "-";
  if (target->path.empty() || target->path.ends_with('/')) {
    if (from_input) return console.fail(Status(ErrorKind::Usage, "the URL names a directory, and '-' has no name"));
    target->path += std::filesystem::path(file).filename().string();
  }
  FtpRequest request{FtpOperation::Store, target->path};
  request.append = append;
  if (!from_input) {
    // Before the server is met: it would be left with an empty file.
    if (access(file.c_str(), R_OK) != 0) return console.fail(cannot_read(file, errno));
    if (std::filesystem::is_directory(file)) return console.fail(cannot_read(file, EISDIR));
    request.local_file = file;
    request.store_bytes = static_cast<std::int64_t>(size_of_file(file));
  }
  FtpClient client(arguments, *target, console);
  std::optional<StandardInput> input;
  if (from_input) request.source = [&source = input.emplace(client.engine())](RequestId id) { return source.next(id); };
  const Completion stored = client.run(std::move(request), true);
  return stored.status.ok() ? ExitCode::Success : console.fail(stored.status);
}

}  // namespace

void add_ftp_get(Command& parent) {
  struct Get : FtpArguments {
    std::string output;
    bool resume = false;
  };
  const auto arguments = std::make_shared<Get>();
  Command& command = parent.add_command("get", "Gets a file; it goes to standard output.");
  command.argument("URL", Command::Need::Required, into(arguments->url), "the file, as ftp://name@host/path")
      .option("-o,--output", "FILE", into(arguments->output), "write it there, when it is whole")
      .flag("-C,--continue", arguments->resume, "go on where FILE ends, and keep what has come if it breaks off again");
  add_ftp_options(command, *arguments);
  command.action(
      [arguments](Console& console) { return get(*arguments, arguments->output, arguments->resume, console); });
}

void add_ftp_put(Command& parent) {
  struct Put : FtpArguments {
    std::string file;
    bool append = false;
  };
  const auto arguments = std::make_shared<Put>();
  Command& command = parent.add_command("put", "Stores a file on the server.");
  command.argument("FILE", Command::Need::Required, into(arguments->file), "'-' for standard input")
      .argument("URL", Command::Need::Required, into(arguments->url),
                "where to; with a '/' at its end, in that directory")
      .flag("-a,--append", arguments->append, "after what the server has already");
  add_ftp_options(command, *arguments);
  command.action(
      [arguments](Console& console) { return put(*arguments, arguments->file, arguments->append, console); });
}

}  // namespace pagehaul::cli
