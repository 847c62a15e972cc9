// pagehaul ftp: a server's directories and files.

#include <fmt/core.h>

#include "commands.h"
#include "ftp_commands.h"

namespace pagehaul::cli {
namespace {

enum class Answer { Nothing, Directory, Size };

// A command that is one operation on each of its URLs.
void add_simple(Command& parent, const char* name, const char* summary, FtpOperation operation, Answer answer) {
  struct Simple : FtpArguments {
    std::vector<std::string> urls;
  };
  const auto arguments = std::make_shared<Simple>();
  Command& command = parent.add_command(name, summary);
  command.argument("URL", Command::Need::OneOrMore, into(arguments->urls), "as ftp://name@host/path");
  add_ftp_options(command, *arguments);
  command.action([arguments, operation, answer](Console& console) {
    std::vector<ExitCode> codes;
    for (const std::string& text : arguments->urls) {
      const auto target = parse_ftp_target(text);
      if (!target.ok()) return console.fail(target.status());
      FtpClient client(*arguments, *target, console);
      const bool login = operation == FtpOperation::SetDirectory && target->path.empty();
      const Completion done = client.run({login ? FtpOperation::GetDirectory : operation, target->path});
      codes.push_back(done.status.ok() ? ExitCode::Success : console.fail(done.status));
      if (codes.back() == ExitCode::Interrupted) break;
      if (!done.status.ok()) continue;
      if (answer == Answer::Size) console.out.write(fmt::format("{}\n", done.response.ftp->size.value_or(0)));
      if (answer == Answer::Directory) console.out.write(done.response.ftp->directory + "\n");
    }
    return first_failure(codes);
  });
}

void add_rename(Command& parent) {
  struct Rename : FtpArguments {
    std::string to;
  };
  const auto arguments = std::make_shared<Rename>();
  Command& command = parent.add_command("mv", "Renames or moves a file or directory on its server.");
  command.argument("URL", Command::Need::Required, into(arguments->url), "what is renamed")
      .argument("PATH", Command::Need::Required, into(arguments->to),
                "the new path: absolute, or beside the old one; a name, not a URL");
  add_ftp_options(command, *arguments);
  command.action([arguments](Console& console) {
    const auto target = parse_ftp_target(arguments->url);
    if (!target.ok()) return console.fail(target.status());
    const std::size_t slash = target->path.rfind('/');
    const std::string parent_path = slash == std::string::npos ? "" : target->path.substr(0, slash + 1);
    const std::string to =
        arguments->to.starts_with('/') || arguments->to.empty() ? arguments->to : parent_path + arguments->to;
    FtpClient client(*arguments, *target, console);
    const Completion done = client.run({FtpOperation::Rename, target->path, to});
    return done.status.ok() ? ExitCode::Success : console.fail(done.status);
  });
}

}  // namespace

void add_ftp_command(Command& parent) {
  Command& ftp = parent.add_command("ftp", "Lists, gets, puts and changes what an FTP server has.");
  add_ftp_ls(ftp);
  add_ftp_get(ftp);
  add_ftp_put(ftp);
  add_simple(ftp, "mkdir", "Makes directories.", FtpOperation::CreateDirectory, Answer::Nothing);
  add_simple(ftp, "rmdir", "Removes empty directories.", FtpOperation::RemoveDirectory, Answer::Nothing);
  add_simple(ftp, "rm", "Deletes files.", FtpOperation::Delete, Answer::Nothing);
  add_rename(ftp);
  add_simple(ftp, "pwd", "Prints where a login and the URL's path lead, as the server calls it.",
             FtpOperation::SetDirectory, Answer::Directory);
  add_simple(ftp, "size", "Prints the size of files in bytes.", FtpOperation::Size, Answer::Size);
  ftp.text(
         "A URL's path begins where the login leads; ftp://host//path begins at the root. TLS is used where the server "
         "offers it. 'pagehaul ftp COMMAND --help' has more.")
      .example("pagehaul ftp ls ftp://ftp.example.org/pub/", "a directory's entries");
}

}  // namespace pagehaul::cli
