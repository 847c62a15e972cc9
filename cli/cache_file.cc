#include "cache_file.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "units.h"

namespace pagehaul::cli {
namespace {

std::filesystem::path environment_path(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::filesystem::path home() {
  if (std::filesystem::path home = environment_path("HOME"); home.is_absolute()) return home;
  const passwd* user = getpwuid(getuid());
  return user && user->pw_dir ? user->pw_dir : "";
}

}  // namespace

Result<std::string> default_cache_file() {
  std::filesystem::path folder = environment_path("XDG_CACHE_HOME");
  if (!folder.is_absolute()) {
    folder = home();
    if (!folder.is_absolute())
      return Status(ErrorKind::Usage, "no home folder for the cache file: name one with --cache FILE");
    folder /= ".cache";
  }
  return (folder / "pagehaul" / "cache.db").string();
}

Result<std::string> cache_file_or_default(const std::string& given) {
  return given.empty() ? default_cache_file() : Result<std::string>(given);
}

Result<std::chrono::milliseconds> clock_offset() {
  const char* value = std::getenv("PAGEHAUL_CLOCK_OFFSET");
  if (value == nullptr) return std::chrono::milliseconds(0);
  auto offset = parse_duration(value);
  if (!offset.ok()) return Status(ErrorKind::Usage, "PAGEHAUL_CLOCK_OFFSET: " + offset.status().message());
  return offset;
}

WallTime wall_clock() {
  static const auto kOffset = [] {
    const auto offset = clock_offset();
    return offset.ok() ? *offset : std::chrono::milliseconds(0);
  }();
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + kOffset;
}

void add_cache_file_option(Command& command, std::string& file) {
  command.option(
      "--cache", "FILE",
      [&file](const std::string& text) {
        file = text;
        return text.empty() ? Status(ErrorKind::Usage, "a file's name is not empty") : Status();
      },
      "the SQLite file ($XDG_CACHE_HOME/pagehaul/cache.db, or the same under ~/.cache)");
}

void add_mode_options(Command& command, CacheMode& mode) {
  const auto add = [&](const char* name, CacheMode value, const char* help) {
    command.flag(
        name, [&mode, value] { mode = value; }, help);
  };
  add("--offline", CacheMode::Offline, "no packet leaves; what is not stored is reported as such");
  add("--reload", CacheMode::Reload, "ask for everything anew, and store it");
  add("--revalidate", CacheMode::Revalidate, "ask the server about everything that is stored");
  add("--prefer-cache", CacheMode::PreferCache, "take what is stored, fresh or stale, else the network");
  add("--no-store", CacheMode::NoStore, "neither read nor write the cache");
  add("--stale-if-error", CacheMode::StaleIfError, "take what is stale where the network fails");
  command.exclusive({"--offline", "--reload", "--revalidate", "--prefer-cache", "--no-store", "--stale-if-error"});
}

void add_stale_if_slow_option(Command& command, std::optional<std::chrono::milliseconds>& time) {
  command.option(
      "--stale-if-slow", "T",
      [&time](const std::string& text) {
        const auto parsed = parse_duration(text);
        if (parsed.ok()) time = *parsed;
        return parsed.status();
      },
      "take what is stale where the network fails, or has not begun to answer within T; the request goes on, for the "
      "next time");
  for (const char* other : {"--offline", "--reload", "--prefer-cache", "--no-store"})
    command.exclusive({"--stale-if-slow", other});
}

void add_ttl_option(Command& command, std::vector<LifetimeRule>& rules) {
  static constexpr std::size_t kMostRules = 100;
  command.option(
      "--ttl", "PATTERN=T",
      [&rules](const std::string& text) {
        const std::size_t equals = text.rfind('=');
        if (equals == std::string::npos)
          return Status(ErrorKind::Usage, fmt::format("'{}' is not PATTERN=T, as in '*.example/*.png=1h'", text));
        const auto lifetime = parse_duration(std::string_view(text).substr(equals + 1));
        if (!lifetime.ok()) return lifetime.status();
        if (rules.size() == kMostRules)
          return Status(ErrorKind::Usage, fmt::format("'{}' is one too many: at most {} are given", text, kMostRules));
        rules.push_back({text.substr(0, equals), *lifetime});
        return check_lifetime_rule(rules.back());
      },
      "what is stored of URLs like PATTERN (a glob of * ? [...], or any part of a URL) is fresh for T after it was "
      "received, whatever its max-age says; the first that matches counts; repeat for more, at most 100 times");
}

void add_cache_options(Command& command, CacheArguments& arguments) {
  add_cache_file_option(command, arguments.file);
  command.flag("--json", arguments.json, "JSON lines instead of text; docs/json.md has the fields");
}

Result<std::unique_ptr<Store>> open_cache(const std::string& given, StoreOptions::Mode mode) {
  const auto file = cache_file_or_default(given);
  if (!file.ok()) return file.status();
  std::error_code error;
  if (!std::filesystem::exists(*file, error) && !error)
    return Status(ErrorKind::CacheFile, fmt::format("there is no cache file {}; 'pagehaul load' makes one", *file));
  StoreOptions options;
  options.mode = mode;
  return Store::open(*file, options, wall_clock());
}

Status in_batch(Store& store, const std::function<Status()>& work) {
  if (const Status status = store.begin(); !status.ok()) return status;
  Status status = work();
  if (status.ok()) status = store.commit(wall_clock());
  if (!status.ok()) store.rollback();
  return status;
}

}  // namespace pagehaul::cli
