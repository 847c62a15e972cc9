#pragma once
// URLs as the WHATWG URL standard says (https://url.spec.whatwg.org/): "basic URL parser", host parser, serializers.
// Values only; thread-safe. IDNA by libidn2 (UTS 46, non-transitional).

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// Percent-encodes a query after encoding it for a document's legacy encoding ("percent-encode after encoding"); given
// the query's UTF-8 text and whether the scheme is special. See encoding.h for the ones of the Encoding standard. Null:
// UTF-8.
using QueryEncoder = std::function<std::string(std::string_view utf8_query, bool special)>;

class Url {
 public:
  // "basic URL parser" with an optional base. Nothing on failure. `input` is UTF-8 (invalid bytes become U+FFFD).
  static std::optional<Url> parse(std::string_view input, const Url* base = nullptr,
                                  const QueryEncoder& query_encoder = {});

  std::string href() const;
  std::string href_without_fragment() const;
  std::string_view scheme() const { return scheme_; }  // without ":"
  const std::string& username() const { return username_; }
  const std::string& password() const { return password_; }
  bool has_host() const { return host_.has_value(); }
  const std::string& host() const;                             // serialized, IPv6 in brackets; "" when null
  std::optional<std::uint16_t> port() const { return port_; }  // null when the scheme's default
  std::uint16_t effective_port() const;                        // port or the scheme's default; 0 when there is none
  const std::string& path() const { return path_; }            // serialized
  const std::optional<std::string>& query() const { return query_; }
  const std::optional<std::string>& fragment() const { return fragment_; }
  bool has_opaque_path() const { return opaque_path_; }
  bool is_special() const;  // ftp, file, http, https, ws, wss
  // "origin", serialized ("https://example.org"), or "null".
  std::string origin() const;
  void set_fragment(std::optional<std::string> fragment) { fragment_ = std::move(fragment); }
  void clear_credentials();

 private:
  friend class UrlParser;
  std::string scheme_, username_, password_, path_;
  std::optional<std::string> host_, query_, fragment_;
  std::optional<std::uint16_t> port_;
  bool opaque_path_ = false;
};

// "percent-decode": a "%" without two hexadecimal digits stays.
std::string percent_decode(std::string_view text);

}  // namespace pagehaul
