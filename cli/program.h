#pragma once

#include <string>
#include <vector>

#include "exit_code.h"

namespace pagehaul::cli {

// The whole program: `arguments` without its own name.
ExitCode run_program(std::vector<std::string> arguments);

}  // namespace pagehaul::cli
