#pragma once
// The frame of the Encoding standard's decoders that read byte by byte: `Machine` is the standard's decoder, one call
// of step() its handler for one byte. "Prepend" (restore) is a call of step() from within step().
//   void step(unsigned char byte, std::string& out);
//   void finish(std::string& out);   // end-of-queue
//   bool at_ascii_boundary() const;  // is every ASCII byte now itself?

#include <algorithm>
#include <string>
#include <string_view>

#include "pagehaul/encoding.h"
#include "url/ascii.h"
#include "url/utf8.h"

namespace pagehaul {

inline void append_error(std::string& out) {
  out.append(kReplacementCharacter);
}

template <typename Machine>
class StreamDecoder final : public TextDecoder {
 public:
  explicit StreamDecoder(Machine machine) : machine_(std::move(machine)) {}

  void decode(std::string_view bytes, std::string& out) override {
    while (!bytes.empty()) {
      if (machine_.at_ascii_boundary() && is_ascii_byte(bytes[0])) {
        const auto end = std::find_if_not(bytes.begin(), bytes.end(), is_ascii_byte);
        out.append(bytes.begin(), end);
        bytes.remove_prefix(static_cast<std::size_t>(end - bytes.begin()));
      } else {
        machine_.step(static_cast<unsigned char>(bytes[0]), out);
        bytes.remove_prefix(1);
      }
    }
  }

  void finish(std::string& out) override { machine_.finish(out); }

 private:
  Machine machine_;
};

}  // namespace pagehaul
