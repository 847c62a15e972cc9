// How a command's --help reads.

#include <fmt/core.h>

#include <algorithm>

#include "command_line.h"
#include "text.h"

namespace pagehaul::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kWidest = 100;

// Words of `text` in lines of at most `width` columns, each after the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t columns = display_width(word);
    if (column > indent && column + 1 + columns > width) {
      out += fmt::format("\n{:{}}", "", indent);
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

struct Entry {
  std::string term, text;
};

std::string entries(const std::vector<Entry>& list, std::size_t width) {
  std::size_t longest = 0;
  for (const Entry& entry : list) longest = std::max(longest, display_width(entry.term));
  // A few long terms do not push every explanation to the right: their text begins on the next line.
  const std::size_t column = kIndent + std::min<std::size_t>(longest, 26) + 2;
  std::string out;
  for (const Entry& entry : list) {
    std::string line = fmt::format("{:{}}{}", "", kIndent, entry.term);
    const std::size_t used = display_width(line);
    line += used + 2 <= column ? std::string(column - used, ' ') : fmt::format("\n{:{}}", "", column);
    out += line + wrapped(entry.text, column, width);
  }
  return out;
}

// "-o, --output FILE"; without a short letter the long name stands under the others' long names.
std::string term_of(std::string_view names, std::string_view metavar) {
  const std::size_t comma = names.find(',');
  std::string term(names);
  if (comma != std::string_view::npos)
    term = fmt::format("{}, {}", names.substr(0, comma), names.substr(comma + 1));
  else if (names.starts_with("--"))
    term = fmt::format("    {}", names);
  return metavar.empty() ? term : fmt::format("{} {}", term, metavar);
}

}  // namespace

std::string Command::usage_line() const {
  std::string line = path();
  if (!commands_.empty()) return line + " COMMAND ...";
  if (!items_.empty()) line += " [OPTION...]";
  for (const auto& argument : arguments_) {
    const bool many = argument->need == Need::Many || argument->need == Need::OneOrMore;
    const bool optional = argument->need == Need::Many || argument->need == Need::Optional;
    const std::string name = fmt::format("{}{}", argument->metavar, many ? "..." : "");
    line += optional ? fmt::format(" [{}]", name) : fmt::format(" {}", name);
  }
  return line;
}

std::string Command::help(const Terminal& terminal) const {
  const std::size_t width =
      terminal.columns > 0 ? std::clamp<std::size_t>(static_cast<std::size_t>(terminal.columns), 50, kWidest) : 80;
  const auto title = [&](std::string_view text) { return fmt::format("\n{}\n", terminal.paint(Colour::Bold, text)); };
  std::string out = fmt::format("{}\n", terminal.paint(Colour::Bold, fmt::format("usage: {}", usage_line())));
  out += fmt::format("\n{}", wrapped(summary_, 0, width));
  std::vector<Entry> list;
  for (const auto& argument : arguments_)
    if (!argument->help.empty()) list.push_back({argument->metavar, argument->help});
  if (!list.empty()) out += title("Arguments") + entries(list, width);
  list.clear();
  for (const auto& command : commands_) list.push_back({command->name_, command->summary_});
  if (!list.empty()) out += title("Commands") + entries(list, width);
  std::vector<Item> items = items_;
  items.push_back({"-h,--help", "", "this text", items_.empty() ? group_ : items_.back().group});
  for (auto item = items.begin(); item != items.end();) {
    const auto end = std::find_if(item, items.end(), [&](const Item& other) { return other.group != item->group; });
    list.clear();
    out += title(item->group);
    for (; item != end; ++item) list.push_back({term_of(item->names, item->metavar), item->help});
    out += entries(list, width);
  }
  for (const std::string& paragraph : paragraphs_) out += fmt::format("\n{}", wrapped(paragraph, 0, width));
  if (!examples_.empty()) out += title(examples_.size() == 1 ? "Example" : "Examples");
  for (const Example& example : examples_)
    out += fmt::format("  {}\n      {}", example.command, wrapped(example.what, 6, width));
  return out;
}

}  // namespace pagehaul::cli
