// PageLoadState: what the parser said of a page's texts is kept beside their bodies. Where a text comes from the cache,
// so does what was said of it, and its body is not even read.

#include <algorithm>

#include "page/page_load_state.h"

namespace pagehaul {

bool PageLoadState::is_recorded() const {
  return environment_.writer != nullptr && request_.mode != CacheMode::Offline && request_.mode != CacheMode::NoStore;
}

// A sheet's text is needed where its document's is, to be matched with it.
bool PageLoadState::take_kept_reading(ResourceId id, const BodyInfo* stored) {
  if (stored == nullptr || stored->bytes == 0) return false;
  Text& text = *slots_[id].text;
  const auto known_body = std::make_shared<StoredAnswer>();
  known_body->body = stored->id;
  text.stored = known_body;
  const ResourceId parent = resource(id).parent;
  const bool sheet = text.reader->language() == DocumentReader::Language::Css;
  if (sheet && (!slots_[parent].text || !slots_[parent].text->was_kept)) return false;
  for (std::string key : {text.reader->key(), text.reader->early_key()}) {
    auto known = decode_reading(kept(stored->id, key));
    if (!known) continue;
    // What was read early is what would be read now only if it came to the same encoding.
    if (key != text.reader->key() && known->references.encoding != text.reader->environment_encoding()) continue;
    Reading reading;
    reading.key = std::move(key);
    reading.kept = std::make_shared<const KeptReading>(std::move(*known));
    reading.reader = std::move(text.reader);
    reading.stored = text.stored;
    text.kept = std::make_unique<Reading>(std::move(reading));
    return true;
  }
  return false;
}

// "", which is no reading: none is kept.
std::string PageLoadState::kept(BodyId body, const std::string& key) {
  auto reading = environment_.reader->reading(body, key);
  if (!reading.ok()) result_.store_error = reading.status();
  return reading.ok() ? std::move(*reading).value_or("") : std::string();
}

// Where all of it is as it was when that document was last matched.
std::optional<std::vector<PageDocument::Asked>> PageLoadState::kept_match(const PageStyles::Ready& ready) {
  if (!ready.document.kept) return std::nullopt;
  std::vector<ReadText> sheets;
  for (const auto& [url, sheet] : ready.sheets) {
    if (!sheet.kept) return std::nullopt;
    sheets.push_back({url, sheet.key, sheet.stored->body});
  }
  const std::string key = match_key(ready.document.key, std::move(sheets));
  return decode_asked(kept(ready.document.stored->body, key));
}

// Of what was not read this time, for it was kept. What cannot be read is taken as far as it can, and reported; false.
bool PageLoadState::read_texts(const PageStyles::Ready& ready) {
  bool all = true;
  const auto read_text = [this, &all](const Reading& reading) {
    if (!reading.kept || reading.reader->whole()) return;
    std::vector<Reference> found;
    auto body = environment_.reader->read_body(reading.stored->body);
    Status status = body.status();
    while (status.ok()) {
      const auto piece = (*body)->next();
      status = piece.status();
      if (!status.ok() || piece->empty()) break;
      status = reading.reader->feed(*piece, found);
    }
    if (const Status finished = reading.reader->finish(found); status.ok()) status = finished;
    if (status.ok()) return;
    result_.store_error = status;
    all = false;
  };
  read_text(ready.document);
  for (const auto& [url, sheet] : ready.sheets) read_text(sheet);
  return all;
}

void PageLoadState::keep_reading(const Reading& reading, std::string value) {
  if (reading.key.size() > kMaxReadingKeyBytes || value.size() > kMaxReadingBytes) return;
  environment_.writer->post(reading.key.size() + value.size(),
                            [stored = reading.stored, key = reading.key, value = std::move(value)](Store& store) {
                              if (stored->body != 0) (void)store.keep_reading(stored->body, key, value);
                              return Status();  // that it is not kept is no reason to undo the responses
                            });
}

bool PageLoadState::can_keep_match(const PageStyles::Ready& ready) const {
  const bool sheets =
      std::ranges::all_of(ready.sheets, [](const auto& sheet) { return sheet.second.stored != nullptr; });
  return sheets && ready.part == PageStyles::Part::Whole && ready.document.stored && is_recorded();
}

void PageLoadState::keep_match(const PageStyles::Ready& ready, std::string value) {
  if (value.size() > kMaxReadingBytes) return;
  environment_.writer->post(value.size(),
                            [document = ready.document, sheets = ready.sheets, value = std::move(value)](Store& store) {
                              std::vector<ReadText> texts;
                              bool all = document.stored->body != 0;
                              for (const auto& [url, sheet] : sheets) {
                                all = all && sheet.stored->body != 0;
                                texts.push_back({url, sheet.key, sheet.stored->body});
                              }
                              const std::string key = match_key(document.key, std::move(texts));
                              if (all && key.size() <= kMaxReadingKeyBytes)
                                (void)store.keep_reading(document.stored->body, key, value);
                              return Status();
                            });
}

}  // namespace pagehaul
