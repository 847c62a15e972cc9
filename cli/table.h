#pragma once
// Columns of text: as wide as they need in a pipe, fitted to the width of a terminal.

#include <string>
#include <string_view>
#include <vector>

#include "terminal.h"

namespace pagehaul::cli {

class Table {
 public:
  struct Column {
    std::string title;
    enum class Align { Left, Right } align = Align::Left;
    // Which columns give way when the terminal is too narrow, and where their cells are cut.
    enum class Fit { Whole, CutEnd, CutMiddle } fit = Fit::Whole;
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::Plain;
    Cell(std::string t, Colour c = Colour::Plain) : text(std::move(t)), colour(c) {}  // NOLINT: implicit on purpose
    Cell(std::string_view t, Colour c = Colour::Plain) : text(t), colour(c) {}        // NOLINT: implicit on purpose
    Cell(const char* t, Colour c = Colour::Plain) : text(t), colour(c) {}             // NOLINT: implicit on purpose
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // Cells may hold untrusted text; it is made printable.
  void row(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  // The titles, then the rows. Two spaces between columns, none at the end of a line.
  std::string render(const Terminal& terminal) const;

 private:
  std::vector<std::size_t> widths(int columns) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "name   value" lines under one another, as Table without titles; values are cut at the end.
std::string render_fields(const std::vector<std::pair<std::string, std::string>>& fields, const Terminal& terminal);

}  // namespace pagehaul::cli
