#include "table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "text.h"

namespace pagehaul::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // a column that gives way keeps this many

std::string fitted(std::string_view text, std::size_t width, const Table::Column& column) {
  if (column.fit == Table::Column::Fit::Whole) return std::string(text);
  return shorten(text, width, column.fit == Table::Column::Fit::CutEnd ? Ellipsis::End : Ellipsis::Middle);
}

}  // namespace

void Table::row(std::vector<Cell> cells) {
  assert(cells.size() == columns_.size());
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(int columns) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i].text));
    widths.push_back(width);
  }
  if (columns <= 0) return widths;
  const std::size_t gaps = kGap * (columns_.size() - 1);
  std::size_t excess = std::accumulate(widths.begin(), widths.end(), gaps);
  excess -= std::min(excess, static_cast<std::size_t>(columns));
  // The widest of those that give way loses a column until all fit.
  while (excess > 0) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].fit != Column::Fit::Whole && widths[i] > kNarrowest && (!widest || widths[i] > *widest))
        widest = &widths[i];
    if (!widest) break;
    --*widest;
    --excess;
  }
  return widths;
}

std::string Table::render(const Terminal& terminal) const {
  const std::vector<std::size_t> widths = this->widths(terminal.columns);
  std::string out;
  const auto put_row = [&](auto&& text_at, auto&& colour_at) {
    std::string line;
    std::size_t pending = 0;  // spaces that are owed only if something follows
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string text = fitted(text_at(i), widths[i], columns_[i]);
      const std::size_t used = display_width(text);
      const std::size_t padding = widths[i] - std::min(widths[i], used);
      const bool right = columns_[i].align == Column::Align::Right;
      if (right) pending += padding;
      if (!text.empty()) {
        line.append(pending, ' ');
        line += terminal.paint(colour_at(i), text);
        pending = 0;
      }
      pending += (right ? 0 : padding) + kGap;
    }
    out += line + "\n";
  };
  const bool titles = std::ranges::any_of(columns_, [](const Column& column) { return !column.title.empty(); });
  if (titles)
    put_row([&](std::size_t i) -> const std::string& { return columns_[i].title; },
            [](std::size_t) { return Colour::Bold; });
  for (const auto& row : rows_)
    put_row([&](std::size_t i) -> const std::string& { return row[i].text; },
            [&](std::size_t i) { return row[i].colour; });
  return out;
}

std::string render_fields(const std::vector<std::pair<std::string, std::string>>& fields, const Terminal& terminal) {
  Table table({{"", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"", Table::Column::Align::Left, Table::Column::Fit::CutEnd}});
  for (const auto& [name, value] : fields) table.row({{name, Colour::Dim}, value});
  return table.render(terminal);
}

}  // namespace pagehaul::cli
