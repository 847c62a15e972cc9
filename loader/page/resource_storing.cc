// What of a response goes into the store: its body and entry, the rest of a stored beginning, the beginning of what
// broke off, the header fields of a 304, and what an unsafe request makes invalid.

#include "page/resource_fetch.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// Does the answer read as text, so that compressing it pays?
bool is_compressible(const Headers& headers) {
  if (headers.has("Content-Encoding")) return false;
  const std::string type = media_type_of(headers);
  return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+json") ||
         type.find("javascript") != type.npos || type == "application/json" || type == "application/xml";
}

// What came so far is right, and only the rest is missing.
bool is_interruption(ErrorKind kind) {
  return is_network_failure(kind) || kind == ErrorKind::Truncated || kind == ErrorKind::Cancelled ||
         kind == ErrorKind::PageDeadline;
}

}  // namespace

void ResourceFetch::store_begin(const Headers& headers, BodyHasher* hasher) {
  hop_.sink = std::make_unique<BodySink>(*environment_.writer, hasher, is_compressible(headers), environment_.now());
}

// RFC 9110 section 9.3.3: a POST's response that says how long it is fresh, and that it is what a GET of the URL would
// get.
void ResourceFetch::store_as_get(int status, const Headers& headers) {
  const auto base = Url::parse(spec_.url);
  const auto location = headers.get("Content-Location");
  const auto named = location && base ? Url::parse(*location, &*base) : std::nullopt;
  if (status != 200 || !named || named->href_without_fragment() != spec_.url) return;
  Storing as_get = on_response({"GET", spec_.headers}, status, headers, {}, std::nullopt, spec_.mode);
  StoredResponse response;
  response.headers = headers;
  response.request_time = response.response_time = hop_.response_time;
  const Freshness fresh = freshness(response, hop_.response_time);
  if (as_get.action != Storing::Action::Store || !fresh.fresh() || fresh.source == Freshness::Source::Heuristic) return;
  hop_.storing.action = as_get.action;
  hop_.storing.merged = std::move(as_get.merged);
}

// RFC 9111 section 3.4: does the 206 hold the rest of the stored beginning? Then the whole is what is answered and
// stored.
bool ResourceFetch::take_rest(const Headers& headers) {
  hop_.whole = completed_headers(hop_.stored[*hop_.completes], headers, hop_.response_time);
  if (!hop_.whole) return false;
  hop_.storing = on_response(cache_request(), 200, *hop_.whole, hop_.stored, std::nullopt, spec_.mode);
  return true;
}

// The stored beginning goes to the client and into the body that is being stored; the chunks from the network follow.
void ResourceFetch::begin_with_stored(const std::string& http_version) {
  const BodyInfo& body = hop_.candidates[*hop_.completes].body;
  hop_.resumable = resumable_length(200, *hop_.whole, hop_.response_time);
  hop_.received = body.bytes;
  if (environment_.writer != nullptr && hop_.storing.action == Storing::Action::Store) {
    store_begin(*hop_.whole, nullptr);
    hop_.sink->append_stored(body);
  }
  begin_answer(200, *hop_.whole, http_version);
  if (!spec_.wants_body) return;
  if (Status passed = pass_on_body(body, std::nullopt); !passed.ok()) cancel(std::move(passed));
}

void ResourceFetch::store_finish(const ResponseInfo& response) {
  if (!hop_.sink) return;
  Entry entry;
  entry.method = "GET";  // nothing else is stored
  entry.url = spec_.url;
  entry.response.status = response.status;
  entry.response.headers = hop_.storing.merged;
  entry.response.request_headers = selected_request_headers(spec_.headers, response.headers);
  // Parts are kept beside the whole and one another: what they hold sets them apart.
  const auto range = response.status == 206 ? hop_.storing.merged.get("Content-Range") : std::nullopt;
  if (range && !entry.response.request_headers.has("range")) {
    entry.response.request_headers.add("range", std::string(*range));
  }
  // The whole takes the place of its parts, a longer beginning that of the one it continued.
  std::vector<EntryId> replaced;
  for (std::size_t i = 0; i < hop_.candidates.size(); ++i) {
    const bool continued = hop_.completes == i;
    if (hop_.stored[i].status == 206 && (response.status == 200 || continued))
      replaced.push_back(hop_.candidates[i].id);
  }
  entry.response.request_time = hop_.request_time;
  entry.response.response_time = hop_.response_time;
  entry.response.reusable = hop_.storing.action == Storing::Action::Store;
  entry.http_version = response.http_version;
  if (response.proxy.empty()) entry.peer = response.peer;
  entry.kind = spec_.kind;
  entry.last_used = hop_.response_time;
  entry.use_count = 1;
  hop_.sink->finish(std::move(entry), std::move(replaced), outcome_.stored.back());
  hop_.sink.reset();
}

// A response that broke off is stored as the part that came (RFC 9111 section 3.3): the next request asks for the rest
// alone.
void ResourceFetch::store_beginning(const Exchange& exchange) {
  if (!hop_.sink || !hop_.resumable || hop_.received == 0 || hop_.received >= *hop_.resumable ||
      !is_interruption(exchange.status.kind()))
    return;
  ResponseInfo beginning = exchange.response;
  beginning.status = 206;
  beginning.headers = hop_.storing.merged = interrupted_headers(hop_.storing.merged, hop_.received, *hop_.resumable);
  outcome_.stored.push_back(std::make_shared<StoredAnswer>());
  store_finish(beginning);
  outcome_.stored.pop_back();
}

void ResourceFetch::store_abandon() {
  if (!hop_.sink) return;
  hop_.sink->abandon();
  hop_.sink.reset();
}

// The stored response that the network's answer confirms or brings up to date (RFC 9111 sections 4.3.4 and 4.3.5).
void ResourceFetch::freshen_stored() {
  if (environment_.writer == nullptr) return;
  environment_.writer->post(512, [id = hop_.candidates[hop_.storing.index].id, headers = hop_.storing.merged,
                                  sent = hop_.request_time, received = hop_.response_time](Store& store) {
    if (Status updated = store.update_entry(id, headers, sent, received); !updated.ok()) return updated;
    return store.touch_entry(id, received);
  });
}

// RFC 9111 section 4.4: the URL itself, and what Location and Content-Location name at the same origin.
void ResourceFetch::invalidate_stored(const ResponseInfo& response) {
  if (environment_.writer == nullptr) return;
  std::vector<std::string> urls{spec_.url};
  const auto base = Url::parse(spec_.url);
  for (const char* name : {"Location", "Content-Location"}) {
    const auto value = response.headers.get(name);
    const auto url = value && base ? Url::parse(*value, &*base) : std::nullopt;
    if (url && url->origin() == base->origin()) urls.push_back(url->href_without_fragment());
  }
  environment_.writer->post(256, [urls = std::move(urls)](Store& store) {
    for (const std::string& url : urls) {
      if (Status done = store.invalidate(url); !done.ok()) return done;
    }
    return Status();
  });
}

}  // namespace pagehaul
