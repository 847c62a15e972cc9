// TagScanner: the scan of bytes as they arrive.

#include <algorithm>
#include <utility>

#include "html/document_scan.h"
#include "html/reference_sink.h"
#include "pagehaul/encoding.h"
#include "pagehaul/references.h"

namespace pagehaul {
namespace {

// "Encoding sniffing algorithm" over bytes that are still arriving: told as soon as what follows cannot change it.
class ArrivingEncoding final : public html::EncodingSource {
 public:
  ArrivingEncoding(std::string_view content_type, std::string_view parent_encoding)
      : content_type_(content_type), parent_encoding_(parent_encoding) {
    if (const auto label = charset_of_content_type(content_type)) transport_ = encoding_for_label(*label);
  }

  void feed(std::string_view bytes) { head_.append(bytes.substr(0, kPrescanBytes - head_.size())); }
  void finish() { finished_ = true; }

  std::optional<std::string_view> encoding_at(std::size_t place) override {
    if (!told_) told_ = encoding_before(place);
    return told_;
  }

 private:
  static constexpr std::size_t kPrescanBytes = 1024;

  std::optional<std::string_view> encoding_before(std::size_t place) const {
    constexpr std::size_t kLongestMark = 3;
    if (head_.size() < kLongestMark && !finished_) return std::nullopt;
    const bool complete = head_.size() >= kPrescanBytes || finished_;
    if (complete && place >= kPrescanBytes) return sniff_html_encoding(head_, content_type_, parent_encoding_);
    if (const auto bom = sniff_bom(head_)) return bom->encoding;
    if (transport_) return transport_;
    if (head_.starts_with("<?xml")) return std::nullopt;  // its encoding counts where no meta element comes
    return prescan_html(std::string_view(head_).substr(0, place));
  }

  std::string content_type_;
  std::string parent_encoding_;
  std::optional<std::string_view> transport_, told_;
  std::string head_;
  bool finished_ = false;
};

class Scanner final : public TagScanner {
 public:
  Scanner(const Url& url, std::string_view content_type, const ReferenceOptions& options,
          std::string_view parent_encoding)
      : options_(options),
        sink_(url, options_),
        context_{options_, sink_, "", {}},
        encoding_(content_type, parent_encoding),
        scan_(context_, encoding_, 0) {
    if (!context_.all()) context_.styles = html::StyleReading::Imports;
  }

  void feed(std::string_view bytes, std::vector<Reference>& found) override {
    const std::size_t left = options_.max_input_bytes - seen_;
    cut_ = cut_ || bytes.size() > left;
    bytes = bytes.substr(0, left);
    seen_ += bytes.size();
    encoding_.feed(bytes);
    scan_.feed(bytes);
    report(found);
  }

  void finish(std::vector<Reference>& found) override {
    if (cut_) return;  // what is unclosed does not end here
    encoding_.finish();
    scan_.finish();
    report(found);
  }

  std::string_view encoding() override { return encoding_.encoding_at(std::string::npos).value_or(""); }

  std::vector<std::string> take_connection_hints() override { return std::exchange(context_.connection_hints, {}); }

 private:
  void report(std::vector<Reference>& found) {
    const std::vector<Reference>& all = sink_.references();
    found.insert(found.end(), all.begin() + static_cast<std::ptrdiff_t>(reported_), all.end());
    reported_ = all.size();
  }

  ReferenceOptions options_;
  html::ReferenceSink sink_;
  html::RuleContext context_;
  ArrivingEncoding encoding_;
  html::DocumentScan scan_;
  std::size_t seen_ = 0;
  bool cut_ = false;
  std::size_t reported_ = 0;
};

}  // namespace

std::unique_ptr<TagScanner> TagScanner::create(const Url& url, std::string_view content_type,
                                               const ReferenceOptions& options, std::string_view parent_encoding) {
  return std::make_unique<Scanner>(url, content_type, options, parent_encoding);
}

}  // namespace pagehaul
