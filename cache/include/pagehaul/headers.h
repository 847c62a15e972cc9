#pragma once
// The words of HTTP (RFC 9110 and 9111): header fields in order, dates, lists, Cache-Control. Values only: no I/O, no
// clock.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pagehaul {

// Wall-clock time as the cache sees it; always passed in, never asked for.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// Header fields as they came: order, case and duplicates kept. Names compare without case (RFC 9110 section 5.1). A
// copy shares the fields' text with its original until one of them is changed, so that copying costs nothing; copies
// may be used on different threads. Views into it hold until it is changed, or gone.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
    friend bool operator==(const Field&, const Field&) = default;
  };
  // The fields in order, made up as they are looked at.
  class Fields {
   public:
    class Iterator {
     public:
      using value_type = Field;
      using difference_type = std::ptrdiff_t;
      Iterator() = default;
      explicit Iterator(const char* at) : at_(at) {}
      Field operator*() const;
      Iterator& operator++();
      Iterator operator++(int);
      friend bool operator==(const Iterator&, const Iterator&) = default;

     private:
      const char* at_ = nullptr;
    };
    explicit Fields(std::string_view text) : text_(text) {}
    Iterator begin() const { return Iterator(text_.data()); }
    Iterator end() const { return Iterator(text_.data() + text_.size()); }

   private:
    std::string_view text_;
  };

  Headers() = default;
  Headers(std::initializer_list<Field> fields);

  void add(std::string_view name, std::string_view value);
  // Replaces every field of that name by one, in the place of the first.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  bool has(std::string_view name) const;
  // The first field of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  // All fields of that name joined by ", " (RFC 9110 section 5.3); nothing when there is none.
  std::optional<std::string> combined(std::string_view name) const;
  Fields fields() const { return Fields(text()); }
  bool empty() const { return text().empty(); }
  friend bool operator==(const Headers& a, const Headers& b) { return a.text() == b.text(); }

 private:
  struct Text;  // counted; what several share is not written to
  class Shared {
   public:
    Shared() = default;
    Shared(const Shared& other) noexcept;
    Shared(Shared&& other) noexcept : text_(std::exchange(other.text_, nullptr)) {}
    Shared& operator=(Shared other) noexcept {
      std::swap(text_, other.text_);
      return *this;
    }
    ~Shared();
    std::string_view read() const;
    std::string& write();

   private:
    Text* text_ = nullptr;
  };
  std::string_view text() const { return shared_.read(); }
  Shared shared_;
};

// ASCII case-insensitive equality, and lower-casing.
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string ascii_lower(std::string_view text);
// Without leading and trailing OWS (RFC 9110 section 5.6.3).
std::string_view trim_ows(std::string_view text);

// token of RFC 9110 section 5.6.2: a method, a field's name.
bool is_token(std::string_view text);
// May it stand behind a field's name? Without a line break and without NUL (RFC 9110 section 5.5).
bool is_field_value(std::string_view text);
// RFC 9110 section 9.2.1. A method that is not known may be unsafe.
bool is_safe_method(std::string_view method);

// RFC 9110 section 5.6.7: IMF-fixdate and the two obsolete forms, read robustly (any case, white space, dashes, a wrong
// or missing weekday); nothing for any zone but GMT and for dates that do not exist. `now` decides the century of a
// two-digit year.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime now);
std::string format_http_date(WallTime time);

// The members of a comma-separated list (RFC 9110 section 5.6.1); commas in quoted strings do not separate, a quote
// that is never closed quotes nothing; empty ones dropped.
std::vector<std::string_view> split_list(std::string_view value);

// One directive of Cache-Control: lower-case name; the argument unquoted, when there is one.
struct Directive {
  std::string name;
  std::optional<std::string> argument;
  bool malformed = false;  // white space at the "=", an open quote, more than a token: its argument means nothing
};
// Of a combined field value, in order, duplicates kept. A member without a name is dropped.
std::vector<Directive> parse_directives(std::string_view value);

// Content-Type's "type/subtype", lower-case, without parameters; empty when there is none (RFC 9110 section 8.3.1). Of
// several, the last valid one (Fetch, "extract a MIME type").
std::string media_type_of(const Headers& headers);

// One member of a Link header field (RFC 8288): the target as written, and its parameters, names lower-case.
// Of parameters with one name the first counts.
struct LinkValue {
  std::string target;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<std::string_view> parameter(std::string_view name) const;
};
std::vector<LinkValue> parse_link(std::string_view value);

}  // namespace pagehaul
