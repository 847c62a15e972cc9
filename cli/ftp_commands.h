#pragma once
// The ftp commands that are more than one operation.

#include "ftp_arguments.h"

namespace pagehaul::cli {

void add_ftp_ls(Command& parent);
void add_ftp_get(Command& parent);
void add_ftp_put(Command& parent);

}  // namespace pagehaul::cli
