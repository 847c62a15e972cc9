#include "table.h"

#include <gtest/gtest.h>

#include "text.h"

namespace pagehaul::cli {
namespace {

using Align = Table::Column::Align;
using Fit = Table::Column::Fit;

Table sample() {
  Table table(
      {{"STATUS", Align::Right, Fit::Whole}, {"KIND", Align::Left, Fit::Whole}, {"URL", Align::Left, Fit::CutMiddle}});
  table.row({{"200", Colour::Green}, "image", "https://example.org/a/long/way/down/to/a.png"});
  table.row({{"404", Colour::Red}, "", "https://example.org/"});
  return table;
}

TEST(Table, APipeGetsAllOfItPlain) {
  EXPECT_EQ(sample().render(Terminal{}),
            "STATUS  KIND   URL\n"
            "   200  image  https://example.org/a/long/way/down/to/a.png\n"
            "   404         https://example.org/\n");
}

TEST(Table, ATerminalsWidthIsKept) {
  for (const int columns : {120, 60, 40, 30}) {
    Terminal terminal;
    terminal.columns = columns;
    const std::string text = sample().render(terminal);
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
      EXPECT_LE(display_width(text.substr(begin, end - begin)), static_cast<std::size_t>(columns));
  }
  Terminal narrow;
  narrow.columns = 30;
  EXPECT_EQ(sample().render(narrow),
            "STATUS  KIND   URL\n"
            "   200  image  https:/…o/a.png\n"
            "   404         https:/…le.org/\n");
}

TEST(Table, ColoursAreForTerminalsThatWantThem) {
  Terminal terminal;
  terminal.colours = true;
  EXPECT_NE(sample().render(terminal).find("\x1B[31m404\x1B[0m"), std::string::npos);
  EXPECT_EQ(sample().render(Terminal{}).find('\x1B'), std::string::npos);
}

TEST(Table, CellsAreMadePrintable) {
  Table table({{"A", Align::Left, Fit::Whole}});
  table.row({"\x1B]0;owned\x07"});
  EXPECT_EQ(table.render(Terminal{}), "A\n\\x1B]0;owned\\x07\n");
}

}  // namespace
}  // namespace pagehaul::cli
