#include "program.h"

#include <fmt/core.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

#include "commands.h"
#include "console.h"
#include "pagehaul/engine.h"
#include "pagehaul/references.h"
#include "pagehaul/store.h"
#include "pagehaul/store_process.h"

namespace pagehaul::cli {
namespace {

std::string version_text() {
  return fmt::format("pagehaul {}\n{}\ngumbo {}\nSQLite {}\n", PAGEHAUL_VERSION, engine_library_version(),
                     parser_library_version(), store_library_version());
}

struct NamedCommand {
  std::string_view name;
  void (*add)(Command& parent);
};
constexpr std::array<NamedCommand, 6> kCommands = {{{"load", add_load_command},
                                                    {"get", add_get_command},
                                                    {"refs", add_refs_command},
                                                    {"url", add_url_command},
                                                    {"cache", add_cache_command},
                                                    {"ftp", add_ftp_command}}};

// Only the command that is meant, where the first argument names one: declaring the options of all takes milliseconds.
void add_commands(Command& root, std::string_view first) {
  const auto* const meant = std::ranges::find(kCommands, first, &NamedCommand::name);
  for (const NamedCommand& command : kCommands)
    if (meant == kCommands.end() || meant->name == command.name) command.add(root);
}

ExitCode run(std::vector<std::string> arguments, Console& console) {
  CommandLine line(
      "pagehaul",
      "Loads web pages with everything they need, as a browser does, into one SQLite file that is an HTTP cache, "
      "and loads them again from it, with or without a network.");
  bool version = false;
  line.root().flag("-V,--version", version, "the versions of this program and of the libraries under it");
  add_commands(line.root(), arguments.empty() ? "" : arguments.front());
  line.root().example("pagehaul load https://example.org/", "load a page; 'pagehaul load --help' has the options");
  line.root().action([&](Console& c) {
    if (version) {
      c.out.write(version_text());
      return ExitCode::Success;
    }
    c.err.write(line.root().help(c.err_terminal));
    return ExitCode::Usage;
  });
  return line.run(std::move(arguments), console);
}

}  // namespace

ExitCode run_program(std::vector<std::string> arguments) {
  // A reader that went away is an error of write(), here and in every library.
  std::signal(SIGPIPE, SIG_IGN);
  // The process ends afterwards: what OpenSSL tidies up at its exit takes a millisecond.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  (void)have_sqlite_count_no_memory();  // nothing asks for it
  Console console;
  const ExitCode code = run(std::move(arguments), console);
  if (console.out.flush()) return code;
  // `pagehaul ... | head` is no reason to complain.
  if (console.out.error() != EPIPE)
    console.complain(fmt::format("cannot write to standard output: {}", std::strerror(console.out.error())));
  return code == ExitCode::Success ? ExitCode::File : code;
}

}  // namespace pagehaul::cli
