#include "sample_cache.h"

#include <zlib.h>

#include <stdexcept>

namespace pagehaul::test {
namespace {

using namespace std::chrono_literals;

void require(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
  std::string out(text.size() + 1024, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Writer {
  Store& store;
  WallTime now;

  EntryId entry(const std::string& url, const std::string& kind, int status, Headers headers, const std::string& body) {
    const auto id = store.create_body(false, now);
    require(id.status());
    require(store.append_body(*id, body));
    const auto info = store.finish_body(*id);
    require(info.status());
    Entry entry;
    entry.url = url;
    entry.kind = kind;
    entry.http_version = "1.1";
    entry.peer = "127.0.0.1:80";
    entry.response.status = status;
    entry.response.headers = std::move(headers);
    entry.response.request_time = entry.response.response_time = now;
    entry.body = *info;
    entry.last_used = now;
    entry.use_count = 1;
    const auto stored = store.put_entry(entry);
    require(stored.status());
    return *stored;
  }

  ResourceRecord resource(const std::string& url, const std::string& kind, std::int64_t parent, EntryId entry,
                          int status, double begin, double end) {
    ResourceRecord record;
    record.url = url;
    record.kind = kind;
    record.parent = parent;
    record.element = parent < 0 ? "" : kind == "image" ? "img" : "link";
    record.attribute = parent < 0 ? "" : kind == "image" ? "src" : "href";
    record.outcome = "loaded";
    ExchangeRecord exchange;
    exchange.url = url;
    exchange.status = status;
    exchange.entry = entry;
    exchange.cache = "miss";
    exchange.http_version = "1.1";
    exchange.peer = "127.0.0.1:80";
    exchange.started = now + std::chrono::milliseconds(static_cast<int>(begin));
    exchange.queued_ms = 0;
    exchange.first_byte_ms = (end - begin) / 2;
    exchange.ended_ms = end - begin;
    exchange.wire_bytes = 100;
    record.exchanges.push_back(exchange);
    return record;
  }
};

PageRecord page_of(std::vector<ResourceRecord> resources, WallTime started) {
  PageRecord page;
  page.url = page.final_url = kDocumentUrl;
  page.title = "A \x1B[31mhostile\x1B[0m title \xE2\x80\xAE";
  page.started = started;
  page.duration_ms = 100;
  page.options = R"({"viewport":"1280x800"})";
  for (const ResourceRecord& resource : resources) ++(resource.outcome == "loaded" ? page.loaded : page.failed);
  page.state = page.failed == 0 ? "loaded" : "incomplete";
  page.wire_bytes = 300;
  page.resources = std::move(resources);
  return page;
}

}  // namespace

std::string picture() {
  std::string bytes = "\x89PNG\r\n\x1A\n";
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

std::string style_sheet() {
  std::string css;
  for (int i = 0; i < 200; ++i) css += "p{color:red}\n";
  return css;
}

void write_sample_cache(const std::string& file) {
  const WallTime now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - 1h;
  const auto opened = Store::open(file, {}, now);
  require(opened.status());
  Store& store = **opened;
  require(store.begin());
  Writer writer{store, now};
  const std::string date = format_http_date(now);
  const EntryId document = writer.entry(
      kDocumentUrl, "document", 200,
      {{"Date", date}, {"Content-Type", "text/html"}, {"ETag", "\"1\""}, {"X-Odd", "a\x1B[2Jb"}}, "<p>hello");
  const EntryId style = writer.entry(
      kStyleUrl, "style", 200,
      {{"Date", date}, {"Content-Type", "text/css"}, {"Content-Encoding", "gzip"}, {"Cache-Control", "max-age=60"}},
      gzip(style_sheet()));
  const EntryId image =
      writer.entry(kPictureUrl, "image", 200,
                   {{"Date", date}, {"Content-Type", "image/png"}, {"Cache-Control", "max-age=86400"}}, picture());
  const EntryId missing =
      writer.entry(kMissingUrl, "script", 404, {{"Date", date}, {"Content-Type", "text/plain"}}, "no");
  std::vector<ResourceRecord> resources = {
      writer.resource(kDocumentUrl, "document", -1, document, 200, 0, 40),
      writer.resource(kStyleUrl, "style", 0, style, 200, 20, 60),
      writer.resource(kPictureUrl, "image", 0, image, 200, 40, 100),
      writer.resource(kMissingUrl, "script", 0, missing, 404, 40, 50),
      writer.resource("http://down.example/x.js", "script", 0, missing, 0, 40, 50)};
  resources[3].outcome = resources[4].outcome = "failed";
  resources[3].error = "http-status";
  resources[3].error_message = "the server answered 404";
  resources[4].error = "connect";
  resources[4].error_message = "connection refused";
  resources[4].exchanges.clear();
  require(store.put_page(page_of(resources, now)).status());
  require(store.put_page(page_of({resources[0], resources[2]}, now + 1min)).status());
  require(store.commit(now));
}

}  // namespace pagehaul::test
