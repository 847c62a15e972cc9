#include <openssl/crypto.h>

#include "program.h"

int main(int argc, char** argv) {
  // The process ends anyway: what OpenSSL tidies up at its exit takes a millisecond.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  return static_cast<int>(pagehaul::cli::run_program(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc)));
}
