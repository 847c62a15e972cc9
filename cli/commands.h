#pragma once
// The commands. Each declares itself under `parent`; its options live as long as the command line does.

#include "command_line.h"

namespace pagehaul::cli {

void add_load_command(Command& parent);
void add_get_command(Command& parent);
void add_refs_command(Command& parent);
void add_url_command(Command& parent);
void add_cache_command(Command& parent);
void add_ftp_command(Command& parent);

}  // namespace pagehaul::cli
