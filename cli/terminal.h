#pragma once
// What stands at the other end of stdout or stderr: a terminal of some width that may show colours, or a file or pipe
// that gets plain text.

#include <string>
#include <string_view>

namespace pagehaul::cli {

enum class Colour { Plain, Bold, Dim, Red, Green, Yellow };

struct Terminal {
  bool is_terminal = false;
  bool cursor = false;  // a live display may move the cursor (not on TERM=dumb)
  bool colours = false;
  int columns = 0;  // 0: no limit
  int rows = 24;

  std::string paint(Colour colour, std::string_view text) const;
};

// Asks the descriptor and the environment: COLUMNS where the descriptor does not know, TERM, and NO_COLOR
// (https://no-color.org).
Terminal terminal_at(int descriptor);

}  // namespace pagehaul::cli
