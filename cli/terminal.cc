#include "terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "units.h"

namespace pagehaul::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::Plain:
      return "0";
    case Colour::Bold:
      return "1";
    case Colour::Dim:
      return "2";
    case Colour::Red:
      return "31";
    case Colour::Green:
      return "32";
    case Colour::Yellow:
      return "33";
  }
  return "0";
}

}  // namespace

std::string Terminal::paint(Colour colour, std::string_view text) const {
  if (!colours || colour == Colour::Plain || text.empty()) return std::string(text);
  return fmt::format("\x1B[{}m{}\x1B[0m", code_of(colour), text);
}

Terminal terminal_at(int descriptor) {
  Terminal terminal;
  terminal.is_terminal = isatty(descriptor) == 1;
  if (!terminal.is_terminal) return terminal;
  const std::string_view term = environment("TERM");
  terminal.cursor = !term.empty() && term != "dumb";
  terminal.colours = terminal.cursor && environment("NO_COLOR").empty();
  terminal.columns = 80;
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
    if (size.ws_row > 0) terminal.rows = size.ws_row;
  } else if (const auto columns = parse_count(environment("COLUMNS"), 1, 10000)) {
    terminal.columns = static_cast<int>(*columns);
  }
  return terminal;
}

}  // namespace pagehaul::cli
