#include "engine/ftp_listing.h"

#include <array>
#include <charconv>
#include <utility>

#include "engine/ftp_reply.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

using std::chrono::system_clock;

std::optional<int> small_number(std::string_view text) {
  int value = 0;
  if (!is_digits(text) || text.size() > 4) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

// The next word, and the blanks before it, leave `rest`.
std::string_view take_word(std::string_view& rest) {
  rest = without_blanks(rest);
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

// A name must not lead anywhere else when somebody joins it to a directory: what stands before a "/" is cut off. False
// where no name is left.
bool set_name(FtpEntry& entry, std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
  if (name.empty() || name == "." || name == ".." || name.find('\0') != name.npos) return false;
  entry.name = name;
  return true;
}

std::optional<system_clock::time_point> at(int y, int month, int d, int hour, int minute) {
  using namespace std::chrono;
  const year_month_day date{year(y), std::chrono::month(static_cast<unsigned>(month)), day(static_cast<unsigned>(d))};
  if (!date.ok() || hour > 23 || minute > 59) return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute);
}

std::optional<std::pair<int, int>> hour_and_minute(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto hour = small_number(text.substr(0, colon)), minute = small_number(text.substr(colon + 1));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return std::pair(*hour, *minute);
}

int month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string lower = ascii_lower(name);
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (lower == kMonths[i]) return static_cast<int>(i) + 1;
  }
  return 0;
}

// "Jan 5 2020" or "Jan 5 12:34": ls writes the time of day for the last half year, and no year then.
std::optional<system_clock::time_point> unix_time(std::string_view month_name, std::string_view day_text,
                                                  std::string_view year_or_time, system_clock::time_point now) {
  const int month = month_of(month_name);
  const auto day = small_number(day_text);
  if (month == 0 || !day) return std::nullopt;
  if (const auto year = small_number(year_or_time); year && year_or_time.size() == 4) {
    return at(*year, month, *day, 0, 0);
  }
  const auto time = hour_and_minute(year_or_time);
  if (!time) return std::nullopt;
  using namespace std::chrono;
  const year_month_day today{floor<days>(now)};
  for (int year = static_cast<int>(today.year()); year > static_cast<int>(today.year()) - 5; --year) {
    const auto when = at(year, month, *day, time->first, time->second);  // Feb 29 is not in every year
    if (when && *when <= now + hours(24)) return when;
  }
  return std::nullopt;
}

// -rw-r--r--   1 owner group   1234 Jan  5 12:34 name; some servers leave the group out.
std::optional<FtpEntry> parse_unix_line(std::string_view line, system_clock::time_point now) {
  FtpEntry entry;
  switch (line.front()) {
    case '-':
      entry.type = FtpEntry::Type::File;
      break;
    case 'd':
      entry.type = FtpEntry::Type::Directory;
      break;
    case 'l':
      entry.type = FtpEntry::Type::Link;
      break;
    case 'b':
    case 'c':
    case 'p':
    case 's':
      break;
    default:
      return std::nullopt;
  }
  std::string_view rest = line;
  const std::string_view mode = take_word(rest);
  if (mode.size() < 10 || mode.substr(1, 9).find_first_not_of("rwxsStTlL-") != mode.npos) return std::nullopt;
  entry.permissions = mode.substr(1, 9);
  // The date's place is found by its form, since how many words stand before it varies: a number, then month, day, and
  // a year or a time of day.
  std::string_view before = take_word(rest);
  for (int words = 0; words < 6 && !rest.empty(); ++words) {
    std::string_view ahead = rest;
    const std::string_view month = take_word(ahead), day = take_word(ahead), last = take_word(ahead);
    const auto time = is_digits(before) ? unix_time(month, day, last, now) : std::nullopt;
    if (!time) {
      before = take_word(rest);
      continue;
    }
    entry.modified = time;
    if (entry.type == FtpEntry::Type::File) entry.size = ftp_size(before);
    if (ahead.starts_with(' ')) ahead.remove_prefix(1);  // one blank; more belong to the name
    if (entry.type == FtpEntry::Type::Link) {
      if (const std::size_t arrow = ahead.find(" -> "); arrow != ahead.npos) {
        entry.link_target = ahead.substr(arrow + 4);
        ahead = ahead.substr(0, arrow);
      }
    }
    if (!set_name(entry, ahead)) return std::nullopt;
    return entry;
  }
  return std::nullopt;
}

// 02-27-20  10:12AM       <DIR>          name, or a size for <DIR>; the year may have four digits.
std::optional<FtpEntry> parse_dos_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view date = take_word(rest);
  std::string_view time = take_word(rest);
  const std::string_view what = take_word(rest);
  if ((date.size() != 8 && date.size() != 10) || date[2] != '-' || date[5] != '-') return std::nullopt;
  const auto month = small_number(date.substr(0, 2)), day = small_number(date.substr(3, 2));
  auto year = small_number(date.substr(6));
  if (!month || !day || !year) return std::nullopt;
  if (date.size() == 8) *year += *year < 70 ? 2000 : 1900;
  const std::string half = time.size() > 2 ? ascii_lower(time.substr(time.size() - 2)) : std::string();
  const bool halves = half == "am" || half == "pm";
  if (halves) time.remove_suffix(2);
  auto clock = hour_and_minute(time);
  if (!clock || (halves && (clock->first < 1 || clock->first > 12))) return std::nullopt;
  if (halves) clock->first = clock->first % 12 + (half == "pm" ? 12 : 0);
  FtpEntry entry;
  entry.modified = at(*year, *month, *day, clock->first, clock->second);
  if (!entry.modified) return std::nullopt;
  if (equals_ignoring_case(what, "<DIR>") || equals_ignoring_case(what, "<JUNCTION>")) {
    entry.type = FtpEntry::Type::Directory;
  } else if (equals_ignoring_case(what, "<SYMLINK>")) {
    entry.type = FtpEntry::Type::Link;
  } else if (is_digits(what)) {
    entry.type = FtpEntry::Type::File;
    entry.size = ftp_size(what);
  } else {
    return std::nullopt;
  }
  if (!set_name(entry, without_blanks(rest))) return std::nullopt;
  return entry;
}

// RFC 3659 section 7.5.1, and how servers name symbolic links beside it. False: not an entry of the directory.
bool set_type(FtpEntry& entry, std::string_view value) {
  const std::string type = ascii_lower(value);
  if (type == "cdir" || type == "pdir") return false;
  if (type == "file") {
    entry.type = FtpEntry::Type::File;
  } else if (type == "dir") {
    entry.type = FtpEntry::Type::Directory;
  } else if (type.starts_with("os.unix=slink") || type.starts_with("os.unix=symlink")) {
    entry.type = FtpEntry::Type::Link;
    if (const std::size_t colon = value.find(':'); colon != value.npos) entry.link_target = value.substr(colon + 1);
  }
  return true;
}

}  // namespace

std::optional<FtpEntry> parse_mlsd_line(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == line.npos) return std::nullopt;
  std::string_view facts = line.substr(0, blank);
  FtpEntry entry;
  entry.exact_time = true;
  while (!facts.empty()) {
    const std::size_t end = facts.find(';');
    const std::string_view fact = facts.substr(0, end);
    facts.remove_prefix(end == facts.npos ? facts.size() : end + 1);
    const std::size_t equals = fact.find('=');
    if (equals == fact.npos) return std::nullopt;  // not a line of facts
    const std::string name = ascii_lower(fact.substr(0, equals));
    const std::string_view value = fact.substr(equals + 1);
    if (name == "type") {
      if (!set_type(entry, value)) return std::nullopt;
    } else if (name == "size") {
      entry.size = ftp_size(value);
    } else if (name == "modify") {
      entry.modified = ftp_time(value);
    } else if (name == "unix.mode") {
      entry.permissions = value;
    }
  }
  if (entry.type != FtpEntry::Type::File) entry.size.reset();
  if (!set_name(entry, line.substr(blank + 1))) return std::nullopt;
  return entry;
}

std::optional<FtpEntry> parse_list_line(std::string_view line, system_clock::time_point now) {
  if (line.empty()) return std::nullopt;
  return is_digits(line.substr(0, 1)) ? parse_dos_line(line) : parse_unix_line(line, now);
}

FtpListingReader::FtpListingReader(Format format, FtpListingLimits limits, system_clock::time_point now,
                                   std::function<void(FtpEntry&&)> on_entry)
    : format_(format), limits_(limits), now_(now), on_entry_(std::move(on_entry)) {}

Status FtpListingReader::feed(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > limits_.bytes) {
    return Status(ErrorKind::LimitReached, "the listing is over " + std::to_string(limits_.bytes) + " bytes");
  }
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (rest_.size() + piece.size() > limits_.line_bytes) {
      return Status(ErrorKind::LimitReached,
                    "a line of the listing is over " + std::to_string(limits_.line_bytes) + " bytes");
    }
    rest_ += piece;
    if (end == bytes.npos) return {};
    bytes.remove_prefix(end + 1);
    const std::string whole = std::exchange(rest_, {});
    if (Status read = line(whole); !read.ok()) return read;
  }
  return {};
}

Status FtpListingReader::finish() {
  const std::string last = std::move(rest_);
  rest_.clear();
  return last.empty() ? Status() : line(last);
}

Status FtpListingReader::line(std::string_view text) {
  while (text.ends_with('\r')) text.remove_suffix(1);
  if (++lines_ > limits_.entries) {
    return Status(ErrorKind::LimitReached, "the listing has over " + std::to_string(limits_.entries) + " lines");
  }
  auto entry = format_ == Format::Mlsd ? parse_mlsd_line(text) : parse_list_line(text, now_);
  if (entry) on_entry_(*std::move(entry));
  return {};
}

}  // namespace pagehaul
