#pragma once
// The options of `load` and `refs` that say which references count.

#include <vector>

#include "command_line.h"
#include "pagehaul/references.h"

namespace pagehaul::cli {

struct ReferenceArguments {
  ReferenceOptions options;
  std::vector<ReferenceKind> include, exclude;  // include empty: all

  bool wanted(ReferenceKind kind) const;
};

// `arguments` must outlive the command.
void add_reference_options(Command& command, ReferenceArguments& arguments);

// "image,font": appends each; the error names what is none.
Setter kinds_into(std::vector<ReferenceKind>& target);
std::string kind_list();  // all names, for help and messages

}  // namespace pagehaul::cli
