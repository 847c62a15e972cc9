#include "program.h"

int main(int argc, char** argv) {
  return static_cast<int>(pagehaul::cli::run_program(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc)));
}
