// pagehaul cache grep: which stored texts hold something.

#include <fmt/core.h>
#include <regex.h>

#include <algorithm>

#include "body_decoding.h"
#include "cache_commands.h"
#include "reference_arguments.h"
#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

constexpr std::size_t kLongestLine = 1 << 20;  // a longer one is searched in pieces
constexpr std::size_t kSniffed = 8192;         // a NUL in so many first bytes: no text
constexpr std::size_t kContext = 60;           // bytes shown before and after a match

struct GrepArguments : CacheArguments {
  std::string pattern;
  EntryFilter filter;
  bool ignore_case = false, fixed = false, only_urls = false;
  std::int64_t page = 0;
};

// POSIX extended regular expressions; glibc's matcher takes time in proportion to the text, unless there are
// back-references.
class Pattern {
 public:
  static Result<std::shared_ptr<Pattern>> compile(const GrepArguments& arguments) {
    auto pattern = std::make_shared<Pattern>();
    std::string text = arguments.pattern;
    if (arguments.fixed) text = escaped(text);
    const int flags = REG_EXTENDED | (arguments.ignore_case ? REG_ICASE : 0);
    const int code = regcomp(&pattern->regex_, text.c_str(), flags);
    if (code == 0) {
      pattern->compiled_ = true;
      return pattern;
    }
    char message[256] = {};
    regerror(code, &pattern->regex_, message, sizeof message);
    return Status(ErrorKind::Usage, fmt::format("'{}' is no regular expression: {}", arguments.pattern, message));
  }
  Pattern() = default;
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() {
    if (compiled_) regfree(&regex_);
  }
  // Where in the line, from `start` on.
  std::optional<std::pair<std::size_t, std::size_t>> find(std::string_view line, std::size_t start) const {
    regmatch_t match{};
    match.rm_so = static_cast<regoff_t>(start);
    match.rm_eo = static_cast<regoff_t>(line.size());
    const int flags = REG_STARTEND | (start > 0 ? REG_NOTBOL : 0);
    if (regexec(&regex_, line.data(), 1, &match, flags) != 0) return std::nullopt;
    return std::pair(static_cast<std::size_t>(match.rm_so), static_cast<std::size_t>(match.rm_eo));
  }

 private:
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (std::string_view(".[]{}()*+?|^$\\").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    return out;
  }
  regex_t regex_{};
  bool compiled_ = false;
};

// One body, line by line; the bytes come in pieces.
class Search {
 public:
  Search(const Entry& entry, const Pattern& pattern, const GrepArguments& arguments, Console& console)
      : entry_(entry), pattern_(pattern), arguments_(arguments), console_(console) {}

  bool take(std::string_view bytes) {
    buffer_ += bytes;
    return (!sniffed_ && buffer_.size() < kSniffed) || search_lines();
  }
  void finish() {
    if (search_lines() && !buffer_.empty()) line(buffer_);
  }
  std::uint64_t matches() const { return matches_; }

 private:
  // Those that are whole. False: nothing more is wanted.
  bool search_lines() {
    if (!is_text()) return false;
    std::size_t start = 0;
    while (!done_) {
      std::size_t end = buffer_.find('\n', start);
      const bool whole = end != std::string::npos;
      if (!whole && buffer_.size() - start < kLongestLine) break;
      end = std::min(end, start + kLongestLine);
      line(std::string_view(buffer_).substr(start, end - start));
      const bool ended = whole && end < buffer_.size() && buffer_[end] == '\n';
      start = end + (ended ? 1 : 0);
      offset_ += ended ? 1 : 0;
      number_ += ended ? 1 : 0;
    }
    buffer_.erase(0, start);
    return !done_;
  }

  bool is_text() {
    if (!sniffed_) done_ = buffer_.substr(0, kSniffed).find('\0') != std::string::npos;
    sniffed_ = true;
    return !done_;
  }

  void line(std::string_view text) {
    std::size_t start = 0;
    while (!done_) {
      const auto found = pattern_.find(text, start);
      if (!found) break;
      ++matches_;
      report(text, found->first, found->second);
      if (found->second >= text.size()) break;
      start = std::max(found->second, found->first + 1);
    }
    offset_ += text.size();
  }

  void report(std::string_view text, std::size_t begin, std::size_t end) {
    if (arguments_.only_urls) {
      done_ = true;
      console_.out.write(
          arguments_.json ? json_line(Json{{"schema", "pagehaul.match/1"}, {"url", entry_.url}, {"entry", entry_.id}})
                          : printable(entry_.url) + "\n");
      return;
    }
    const std::size_t from = begin - std::min(begin, kContext);
    const std::size_t to = std::min(text.size(), end + kContext);
    const std::string_view around = text.substr(from, to - from);
    if (arguments_.json) {
      console_.out.write(json_line(Json{{"schema", "pagehaul.match/1"},
                                        {"url", entry_.url},
                                        {"entry", entry_.id},
                                        {"line", number_},
                                        {"offset", offset_ + begin},
                                        {"match", text.substr(begin, end - begin)},
                                        {"around", around}}));
      return;
    }
    const Terminal& terminal = console_.out_terminal;
    console_.out.write(fmt::format("{}:{}: {}{}{}{}{}\n", printable(entry_.url), number_, from > 0 ? "…" : "",
                                   printable(text.substr(from, begin - from)),
                                   terminal.paint(Colour::Bold, printable(text.substr(begin, end - begin))),
                                   printable(text.substr(end, to - end)), to < text.size() ? "…" : ""));
  }

  const Entry& entry_;
  const Pattern& pattern_;
  const GrepArguments& arguments_;
  Console& console_;
  std::string buffer_;
  std::uint64_t offset_ = 0, number_ = 1, matches_ = 0;
  bool sniffed_ = false, done_ = false;
};

Result<std::uint64_t> search(Store& store, const Entry& entry, const Pattern& pattern, const GrepArguments& arguments,
                             Console& console) {
  auto decoding = BodyDecoding::create(entry.response.headers, false);
  if (!decoding.ok()) return decoding.status();
  const auto reader = store.read_body(entry.body.id);
  if (!reader.ok()) return reader.status();
  Search search(entry, pattern, arguments, console);
  const ByteSink sink = [&](std::string_view bytes) { return search.take(bytes); };
  while (decoding->wanted()) {
    const auto piece = (*reader)->next();
    if (!piece.ok()) return piece.status();
    if (piece->empty()) break;
    if (const Status status = decoding->feed(*piece, sink); !status.ok()) return status;
  }
  // Of a part of a body, or one that broke off, what is there has been searched.
  if (decoding->wanted() && entry.response.status != 206) {
    if (const Status status = decoding->finish(sink); !status.ok()) return status;
  }
  search.finish();
  return search.matches();
}

ExitCode grep(const GrepArguments& arguments, Console& console) {
  const auto pattern = Pattern::compile(arguments);
  if (!pattern.ok()) return console.fail(pattern.status());
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  EntryFilter filter = arguments.filter;
  filter.host = ascii_lower(filter.host);
  filter.least_bytes = 1;
  if (arguments.page > 0) filter.page = arguments.page;
  const auto entries = (*store)->list(filter);
  if (!entries.ok()) return console.fail(entries.status());
  std::uint64_t matches = 0;
  ExitCode code = ExitCode::Success;
  for (const Entry& entry : *entries) {
    const auto found = search(**store, entry, **pattern, arguments, console);
    if (found.ok()) {
      matches += *found;
      continue;
    }
    console.complain(fmt::format("{}: {}", printable(entry.url), found.status().message()));
    code = exit_code_of(found.status().kind());
  }
  return code == ExitCode::Success && matches == 0 ? ExitCode::NotStored : code;
}

}  // namespace

void add_cache_grep(Command& cache) {
  const auto arguments = std::make_shared<GrepArguments>();
  Command& command = cache.add_command("grep", "Searches the stored texts, content codings removed.");
  command
      .argument("PATTERN", Command::Need::Required, into(arguments->pattern),
                "a POSIX extended regular expression, matched within a line")
      .flag("-i,--ignore-case", arguments->ignore_case, "small letters match capital ones")
      .flag("-F,--fixed-strings", arguments->fixed, "the pattern is plain text")
      .flag("-l,--only-urls", arguments->only_urls, "only the URLs of what matches")
      .option("--host", "NAME", into(arguments->filter.host), "only of this host")
      .option("--url", "GLOB", into(arguments->filter.url_like), "only of URLs that this glob matches")
      .option("--page", "N", count_into(arguments->page, 1, INT64_MAX), "only what this page load used");
  add_cache_options(command, *arguments);
  command
      .text(
          "Bodies with a NUL in their first 8 KiB are no texts. Exits 10 when nothing matches, and as the error says "
          "where a body cannot be read.")
      .example("pagehaul cache grep -l 'google-analytics|gtag'", "what loads them")
      .action([=](Console& console) { return grep(*arguments, console); });
}

}  // namespace pagehaul::cli
