#include "page/kept_reading.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pagehaul {
namespace {

constexpr std::string_view kFormat = "1";  // of the keys and of what is below

// Texts of one field are much alike from one reference to the next: each is kept as what it shares with the one before,
// and the rest.
enum class Field : std::uint8_t { Url, Element, Attribute, Media, Charset, Why, Other, Count };
using Before = std::array<std::string, static_cast<std::size_t>(Field::Count)>;

class Writer {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void text(Field field, std::string_view text) {
    std::string& before = before_[static_cast<std::size_t>(field)];
    const auto shared = static_cast<std::size_t>(
        std::mismatch(text.begin(), text.end(), before.begin(), before.end()).first - text.begin());
    number(shared);
    number(text.size() - shared);
    bytes_ += text.substr(shared);
    before = text;
  }
  template <typename Enum>
  void choice(const std::optional<Enum>& value) {
    number(value ? static_cast<std::uint64_t>(*value) + 1 : 0);
  }
  void references(const std::vector<Reference>& list) {
    number(list.size());
    for (const Reference& reference : list) {
      text(Field::Url, reference.url);
      number(static_cast<std::uint64_t>(reference.kind));
      text(Field::Element, reference.element);
      text(Field::Attribute, reference.attribute);
      number(reference.offset);
      number(reference.lazy ? 1 : 0);
      text(Field::Media, reference.media);
      text(Field::Charset, reference.charset);
      choice(reference.referrer_policy);
      choice(reference.document_policy);
      number(static_cast<std::uint64_t>(reference.cors));
      text(Field::Why, reference.why);
    }
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  Before before_;
};

// Once something is not as a Writer writes it, everything is 0 and empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool whole() const { return good_ && bytes_.empty(); }

  // What is shared with the one before takes no room in the bytes, but in memory.
  bool has_room(std::size_t bytes) {
    if (bytes > room_) fail();
    room_ -= std::min(bytes, room_);
    return good_;
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; good_ && !bytes_.empty() && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::uint64_t number(std::uint64_t most) {
    const std::uint64_t value = number();
    return value <= most ? value : fail();
  }
  std::string text(Field field) {
    std::string& before = before_[static_cast<std::size_t>(field)];
    const std::size_t shared = number(before.size());
    const std::size_t rest = number();
    if (rest > bytes_.size()) fail();
    if (!good_) return {};
    if (!has_room(shared + rest)) return {};
    before.resize(shared);
    before += bytes_.substr(0, rest);
    bytes_.remove_prefix(rest);
    return before;
  }
  template <typename Enum>
  std::optional<Enum> choice(Enum last) {
    const std::uint64_t value = number(static_cast<std::uint64_t>(last) + 1);
    if (value == 0) return std::nullopt;
    return static_cast<Enum>(value - 1);
  }
  std::string url() {
    std::string url = text(Field::Url);
    if (!url.starts_with("http:") && !url.starts_with("https:") && !url.starts_with("ftp:")) fail();
    return url;
  }
  std::vector<Reference> references() {
    std::vector<Reference> list;
    for (std::uint64_t count = number(bytes_.size()); list.size() < count && has_room(sizeof(Reference));) {
      Reference& reference = list.emplace_back();
      reference.url = url();
      reference.kind = static_cast<ReferenceKind>(number(static_cast<std::uint64_t>(ReferenceKind::Other)));
      if (reference.kind == ReferenceKind::Document) fail();
      reference.element = text(Field::Element);
      reference.attribute = text(Field::Attribute);
      reference.offset = number();
      reference.lazy = number(1) == 1;
      reference.media = text(Field::Media);
      reference.charset = text(Field::Charset);
      reference.referrer_policy = choice(ReferrerPolicy::UnsafeUrl);
      reference.document_policy = choice(ReferrerPolicy::UnsafeUrl);
      reference.cors = static_cast<Cors>(number(static_cast<std::uint64_t>(Cors::UseCredentials)));
      reference.why = text(Field::Why);
    }
    return list;
  }

 private:
  std::uint64_t fail() {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  Before before_;
  std::size_t room_ = std::size_t{128} << 20;
  bool good_ = true;
};

}  // namespace

std::string encode_reading(const References& references, const std::vector<SheetLink>& links) {
  Writer writer;
  writer.references(references.references);
  writer.references(references.passed_over);
  for (const std::string& text : {references.base_url, references.encoding, references.title, references.degraded})
    writer.text(Field::Other, text);
  writer.number(links.size());
  for (const SheetLink& link : links) {
    writer.text(Field::Url, link.url);
    writer.number(link.applies ? 1 : 0);
  }
  return writer.take();
}

std::optional<KeptReading> decode_reading(std::string_view kept) {
  Reader reader(kept);
  KeptReading reading;
  References& references = reading.references;
  references.references = reader.references();
  references.passed_over = reader.references();
  for (std::string* text : {&references.base_url, &references.encoding, &references.title, &references.degraded})
    *text = reader.text(Field::Other);
  for (std::uint64_t count = reader.number(kept.size());
       reading.links.size() < count && reader.has_room(sizeof(SheetLink));) {
    SheetLink& link = reading.links.emplace_back();
    link.url = reader.url();
    link.applies = reader.number(1) == 1;
  }
  if (!reader.whole()) return std::nullopt;
  return reading;
}

std::string encode_asked(const std::vector<PageDocument::Asked>& asked) {
  Writer writer;
  writer.number(asked.size());
  for (const PageDocument::Asked& by : asked) {
    writer.text(Field::Other, by.sheet);
    writer.references(by.references);
  }
  return writer.take();
}

std::optional<std::vector<PageDocument::Asked>> decode_asked(std::string_view kept) {
  Reader reader(kept);
  std::vector<PageDocument::Asked> asked;
  for (std::uint64_t count = reader.number(kept.size());
       asked.size() < count && reader.has_room(sizeof(PageDocument::Asked));) {
    PageDocument::Asked& by = asked.emplace_back();
    by.sheet = reader.text(Field::Other);
    by.references = reader.references();
  }
  if (!reader.whole()) return std::nullopt;
  return asked;
}

std::string reading_key(const ReadingInputs& inputs, const ReferenceOptions& options) {
  std::string key = "reading " + std::string(kFormat) + " " + std::string(parser_fingerprint());
  for (const std::string_view text :
       {inputs.language, inputs.url, inputs.content_type, inputs.content_encoding, inputs.environment_encoding}) {
    key.append("\n").append(text);
  }
  std::array<char, 32> dpr{};
  std::snprintf(dpr.data(), dpr.size(), "%a", options.screen.dpr);
  key += "\n" + std::to_string(options.screen.width) + "x" + std::to_string(options.screen.height) + "@" + dpr.data();
  key += options.scope == ReferenceOptions::Scope::All ? " all" : " browser";
  if (options.scripting) key += " scripting";
  if (options.external_styles) key += " external-styles";
  if (options.lazy_attributes) key += " lazy-attributes";
  if (options.explain) key += " explain";
  if (options.manifests) key += " manifests";
  key += " " + std::to_string(options.max_references) + " " + std::to_string(options.max_input_bytes);
  return key;
}

std::string match_key(const std::string& document_key, std::vector<ReadText> sheets) {
  std::ranges::sort(sheets, {}, &ReadText::url);
  std::string key = "match of " + document_key;
  for (const ReadText& sheet : sheets) key += "\n" + sheet.url + "\n" + std::to_string(sheet.body) + " " + sheet.key;
  return key;
}

}  // namespace pagehaul
