#pragma once
// Decoders of the Encoding standard's legacy multi-byte encodings, sections 10 to 13.

#include <memory>
#include <string_view>

#include "pagehaul/encoding.h"

namespace pagehaul {

// Null when `name` is none of these encodings.
std::unique_ptr<TextDecoder> create_chinese_or_korean_decoder(std::string_view name);  // gbk gb18030 big5 euc-kr
std::unique_ptr<TextDecoder> create_japanese_decoder(std::string_view name);           // euc-jp iso-2022-jp shift_jis

}  // namespace pagehaul
