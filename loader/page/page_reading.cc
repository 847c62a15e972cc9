// A page load's documents and style sheets: read while they arrive, by an authority when they are whole, and sheets
// matched with the documents that link them.

#include <algorithm>
#include <iterator>

#include "page/page_load_state.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

bool is_html(const ResponseInfo& response) {
  const std::string type = media_type_of(response.headers);
  return type.empty() || type == "text/html" || type == "application/xhtml+xml";
}

// A document that takes longer to arrive is also read by the authority before it is whole, for what its styles name.
constexpr auto kFirstPrefixRead = std::chrono::milliseconds(100);
// Reading it takes at most this part of the time.
constexpr int kPrefixReadShare = 10;
// Pages name more origins than they use without their scripts.
constexpr std::size_t kMostConnectionsAhead = 4;

}  // namespace

// HTML, "encoding sniffing algorithm": a frame's is its container's where both are of one origin. CSS Syntax
// section 3.2: a sheet's is its link's or else that of what names it.
std::string PageLoadState::environment_encoding(ResourceId id, const Url& url) const {
  const Resource& asked = resource(id);
  if (!asked.reference.charset.empty() || asked.parent == kNoResource) return asked.reference.charset;
  if (asked.reference.kind == ReferenceKind::Frame) {
    const auto container = Url::parse(resource(asked.parent).final_url);
    if (!container || container->origin() == "null" || container->origin() != url.origin()) return "";
  }
  const std::unique_ptr<Text>& parent = slots_[asked.parent].text;
  if (!parent) return "";
  return std::string(parent->encoding.empty() && parent->reader ? parent->reader->encoding() : parent->encoding);
}

// True when the body is wanted.
bool PageLoadState::on_response(ResourceId id, const ResponseInfo& response, const BodyInfo* stored) {
  if (id == 0) {
    public_page_ = slots_[0].fetch->reached_public();
    connects_ahead_ = stored == nullptr && response.http_version == "2";
  }
  result_.resources[id].final_url = response.url;
  const ReferenceKind kind = resource(id).reference.kind;
  const bool style = kind == ReferenceKind::Style;
  const bool document = kind == ReferenceKind::Document || kind == ReferenceKind::Frame;
  if (!style && !document) return false;
  slots_[id].text = std::make_unique<Text>();
  slots_[id].text->referrer_policy = referrer_policy_of(response.headers);
  if (response.status >= 400 || !(style || is_html(response))) return false;
  const auto url = Url::parse(response.url);
  if (!url) return false;
  std::string environment = environment_encoding(id, *url);
  auto reader = DocumentReader::create(style ? DocumentReader::Language::Css : DocumentReader::Language::Html, *url,
                                       std::string(response.headers.get("Content-Type").value_or("")),
                                       response.headers.combined("Content-Encoding").value_or(""), request_.references,
                                       std::move(environment));
  if (!style) {
    const std::string links = response.headers.combined("Link").value_or("");
    if (!links.empty()) {
      const LinkHeader header = references_of_link_header(links, *url, request_.references);
      connect_ahead(id, header.connection_hints);
      add(header.references, id, false);
    }
  }
  Text& text = *slots_[id].text;
  if (!reader.ok()) {
    text.failure = reader.status();
    return false;
  }
  text.reader = reader.take();
  return !take_kept_reading(id, stored);
}

// RFC 8297. What they name starts at once, as speculation: they are not yet the answer, which may lead elsewhere.
void PageLoadState::on_early_hints(ResourceId id, const StatusEvent& interim) {
  constexpr std::int64_t kEarlyHints = 103;
  const ReferenceKind kind = resource(id).reference.kind;
  const bool document = kind == ReferenceKind::Document || kind == ReferenceKind::Frame;
  if (!document || interim.value != kEarlyHints || interim.headers == nullptr || !slots_[id].fetch) return;
  const auto url = Url::parse(slots_[id].fetch->url());
  const std::string links = interim.headers->combined("Link").value_or("");
  if (!url || links.empty()) return;
  result_.resources[id].final_url = url->href();  // for what its children's requests say of it
  if (id == 0) {
    public_page_ = slots_[0].fetch->reached_public();
    connects_ahead_ = interim.text == "2" && !slots_[0].fetch->validates();
  }
  const LinkHeader header = references_of_link_header(links, *url, request_.references);
  connect_ahead(id, header.connection_hints);
  add(header.references, id, true);
}

bool PageLoadState::on_body(ResourceId id, std::string_view bytes) {
  if (!slots_[id].text) return true;
  Text& text = *slots_[id].text;
  const std::shared_ptr<DocumentReader> reader = text.reader;
  if (!reader || !text.failure.ok()) return true;
  const bool begins = text.body_began == SteadyTime{};
  if (begins) text.body_began = std::chrono::steady_clock::now();
  if (begins && reader->language() == DocumentReader::Language::Html &&
      request_.references.scope == ReferenceOptions::Scope::Browser) {
    plan_prefix_read(id, kFirstPrefixRead);
  }
  std::vector<Reference> found;
  text.failure = reader->feed(bytes, found);
  connect_ahead(id, reader->take_connection_hints());
  add(found, id, true);
  return true;
}

// HTML, rel=preconnect: of the page's own document. Not where that came over HTTP/1.1: others probably do, too, and a
// connection of theirs could not be kept (Request::connect_only). Not where the user wants some kinds only: what they
// are named for is not known.
void PageLoadState::connect_ahead(ResourceId id, const std::vector<std::string>& origins) {
  if (id != 0 || stopping_ || !connects_ahead_ || !request_.include.empty() || !request_.exclude.empty()) return;
  for (const std::string& origin : origins) {
    if (connections_.size() >= kMostConnectionsAhead) return;
    if (!origin.starts_with("https:") || connections_.contains(origin)) continue;
    Request request;
    request.url = origin + "/";
    request.connect_only = true;
    request.priority = Priority::Low;
    request.max_retries = 0;
    request.refuse_private_addresses = public_page_ && !request_.allow_private;
    connections_.emplace(origin, environment_.engine.start(std::move(request)));
  }
}

void PageLoadState::plan_prefix_read(ResourceId id, std::chrono::steady_clock::duration wait) {
  environment_.page_thread.post_at(
      std::chrono::steady_clock::now() + wait,
      [weak = weak_from_this(), id, reading = std::weak_ptr<DocumentReader>(slots_[id].text->reader)] {
        const auto self = weak.lock();
        const auto reader = reading.lock();
        if (self && reader) self->read_prefix(id, reader);
      });
}

bool PageLoadState::still_arrives(ResourceId id, const std::shared_ptr<DocumentReader>& reader) const {
  const auto& text = slots_[id].text;
  return !stopping_ && !concluding_ && slots_[id].fetch && text && text->reader == reader && text->failure.ok();
}

void PageLoadState::read_prefix(ResourceId id, const std::shared_ptr<DocumentReader>& reader) {
  if (!still_arrives(id, reader)) return;
  ++matching_;
  parser_.post([self = shared_from_this(), id, reader, prefix = reader->prefix()] {
    const auto began = std::chrono::steady_clock::now();
    auto document = reader->read_prefix(prefix);
    const auto took = std::chrono::steady_clock::now() - began;
    self->environment_.page_thread.post([self, id, reader, document = std::move(document), took]() mutable {
      self->on_prefix_read(id, reader, std::move(document), took);
    });
  });
}

// As browsers paint what has come of a page. The next reading comes when the document has taken twice as long, so that
// there are few however long it takes.
void PageLoadState::on_prefix_read(ResourceId id, const std::shared_ptr<DocumentReader>& reader,
                                   std::shared_ptr<const PageDocument> document,
                                   std::chrono::steady_clock::duration took) {
  --matching_;
  if (still_arrives(id, reader)) {
    add(document->references().references, id, true);
    Reading reading;
    reading.document = std::move(document);
    styles_.add_document(id, std::move(reading), PageStyles::Part::Prefix);
    match_sheets();
    const auto so_far = std::chrono::steady_clock::now() - slots_[id].text->body_began;
    plan_prefix_read(id, std::max(so_far, kPrefixReadShare * took));
  }
  finish_when_done();
}

// Everything that will come has come. A body that broke off is read as far as it came, as browsers do.
void PageLoadState::read_whole(ResourceId id) {
  const Text& text = *slots_[id].text;
  const std::shared_ptr<DocumentReader> reader = text.reader;
  std::vector<Reference> found;
  const Status finished = text.failure.ok() ? reader->finish(found) : text.failure;
  Status& error = result_.resources[id].error;
  if (error.ok()) error = finished;
  const auto stored = error.ok() && is_recorded() ? text.stored : nullptr;
  add(found, id, true);
  parser_.post([self = shared_from_this(), id, reader, stored] {
    Reading reading = reader->read();
    const bool keep = stored && reading.references().degraded.empty();
    std::string value = keep ? encode_reading(reading.references(), reading.links()) : std::string();
    if (keep) reading.stored = stored;
    self->environment_.page_thread.post([self, id, reading = std::move(reading), value = std::move(value)]() mutable {
      if (reading.stored) self->keep_reading(reading, std::move(value));
      self->on_read(id, std::move(reading));
    });
  });
}

// The authority has read the whole document or style sheet, now or before.
void PageLoadState::on_read(ResourceId id, Reading reading) {
  const References& references = reading.references();
  Text& text = *slots_[id].text;
  text.encoding = references.encoding;
  text.reader.reset();
  text.was_kept = reading.kept != nullptr;
  const bool document = resource(id).reference.kind != ReferenceKind::Style;
  if (id == 0) result_.title = references.title;
  if (!references.degraded.empty() && result_.degraded.empty()) {
    result_.degraded = resource(id).final_url + ": " + references.degraded;
  }
  if (document) {
    add(references.references, id, false);
    styles_.add_document(id, reading);
  } else if (request_.references.scope == ReferenceOptions::Scope::All) {
    add(references.references, id, false);
  } else {  // the rest is matched with the documents that link it
    std::vector<Reference> imports;
    std::copy_if(references.references.begin(), references.references.end(), std::back_inserter(imports),
                 [](const Reference& reference) { return reference.kind == ReferenceKind::Style; });
    add(imports, id, false);
    styles_.add_sheet(resource(id).reference.url, id, reading);
  }
  reading = {};
  drop_unnamed(id);
  finish(id);
}

// Has those documents' sheets matched for which none is waited for any more.
void PageLoadState::match_sheets() {
  if (stopping_) return;
  for (PageStyles::Ready& ready :
       styles_.take_ready([this](const std::string& url) { return ledger_.is_outstanding(url); })) {
    ++matching_;
    match(std::move(ready));
  }
}

void PageLoadState::match(PageStyles::Ready ready) {
  if (auto asked = kept_match(ready)) {
    environment_.page_thread.post([self = shared_from_this(), ready = std::move(ready), asked = std::move(*asked)] {
      self->on_matched(ready, asked);
    });
    return;
  }
  const bool keep = read_texts(ready) && can_keep_match(ready);
  parser_.post([self = shared_from_this(), ready = std::move(ready), keep] {
    bool whole = keep;
    const auto read_again = [&whole](const Reading& given) {
      Reading reading = given.kept ? given.reader->read() : given;
      whole = whole && reading.references().degraded.empty();
      return reading;
    };
    const auto document = read_again(ready.document).document;
    auto asked = document->match([&](const std::string& url) -> std::shared_ptr<const ReadSheet> {
      const auto found = ready.sheets.find(url);
      return found != ready.sheets.end() ? read_again(found->second).sheet : nullptr;
    });
    std::string value = whole ? encode_asked(asked) : std::string();
    self->environment_.page_thread.post([self, ready, asked = std::move(asked), value = std::move(value)]() mutable {
      if (!value.empty()) self->keep_match(ready, std::move(value));
      self->on_matched(ready, asked);
    });
  });
}

// What a document's first part asks for is a guess, until the whole has been matched. One that was wrong goes on while
// another document of the page may confirm it, which its sheet is shared with.
void PageLoadState::on_matched(const PageStyles::Ready& ready, const std::vector<PageDocument::Asked>& asked) {
  const bool whole = ready.part == PageStyles::Part::Whole;
  --matching_;
  if (whole || (!concluding_ && slots_[ready.id].text && slots_[ready.id].text->reader)) {
    for (const PageDocument::Asked& by : asked) {
      const auto sheet = by.sheet.empty() ? std::nullopt : ledger_.find(by.sheet);
      if (whole || sheet) add(by.references, sheet.value_or(ready.id), !whole);
    }
  }
  finish_when_done();
}

// True when that adds something to load.
bool PageLoadState::add_unclaimed() {
  if (stopping_) return false;
  for (const PageStyles::Unclaimed& sheet : styles_.take_unclaimed()) {
    if (ledger_.item(sheet.id).confirmed) add(sheet.references, sheet.id, false);
  }
  return ledger_.outstanding_confirmed() > 0;
}

void PageLoadState::drop_unnamed(ResourceId parent) {
  end_guesses(ledger_.drop_unnamed_children(parent));
}

void PageLoadState::end_guesses(const std::vector<ResourceId>& ids) {
  const Status why(ErrorKind::Cancelled, "requested early, but the document does not refer to it");
  for (const ResourceId id : ids) {
    if (ledger_.item(id).phase == Ledger::Phase::Running && slots_[id].fetch) {
      slots_[id].fetch->cancel(why);
    } else if (ledger_.item(id).phase == Ledger::Phase::Waiting) {
      result_.resources[id].error = why;
      finish(id);
    }
  }
}

}  // namespace pagehaul
