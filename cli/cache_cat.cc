// pagehaul cache cat: a stored body.

#include <fmt/core.h>

#include "body_decoding.h"
#include "cache_commands.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

struct CatArguments {
  std::string file, url;
  bool raw = false;
};

Status copy_body(Store& store, const Entry& entry, bool raw, Output& out) {
  auto decoding = BodyDecoding::create(entry.response.headers, raw);
  if (!decoding.ok()) return decoding.status();
  if (entry.body.id == 0) return {};
  const auto reader = store.read_body(entry.body.id);
  if (!reader.ok()) return reader.status();
  const ByteSink sink = [&](std::string_view bytes) { return out.write(bytes); };
  while (decoding->wanted()) {
    const auto piece = (*reader)->next();
    if (!piece.ok()) return piece.status();
    if (piece->empty()) break;
    if (const Status status = decoding->feed(*piece, sink); !status.ok()) return status;
  }
  return decoding->finish(sink);
}

ExitCode cat(const CatArguments& arguments, Console& console) {
  const auto url = parse_url_argument(arguments.url);
  if (!url.ok()) return console.fail(url.status());
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  const auto entries = (*store)->find(url->href());
  if (!entries.ok()) return console.fail(entries.status());
  if (entries->empty()) return console.fail(not_stored(url->href(), *cache_file_or_default(arguments.file)));
  const Status status = copy_body(**store, entries->front(), arguments.raw, console.out);
  return status.ok() ? ExitCode::Success : console.fail(status);
}

}  // namespace

void add_cache_cat(Command& cache) {
  const auto arguments = std::make_shared<CatArguments>();
  Command& command = cache.add_command(
      "cat", "Writes a stored body to standard output, its content codings (gzip, br, zstd) removed.");
  command.argument("URL", Command::Need::Required, into(arguments->url), "whose body; of several variants the newest")
      .flag("--raw", arguments->raw, "as it came, content codings left on");
  add_cache_file_option(command, arguments->file);
  command.text("Exits 10 when the URL is not stored.")
      .example("pagehaul cache cat https://example.org/logo.png > logo.png", "a stored picture, no network asked")
      .action([=](Console& console) { return cat(*arguments, console); });
}

}  // namespace pagehaul::cli
