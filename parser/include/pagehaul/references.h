#pragma once
// What a document or a style sheet needs: its references, as values. Text in, values out: no I/O, no threads, no clock
// but the parse's own guard. Input is hostile: every count, depth, size and time has a limit.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/url.h"

namespace pagehaul {

// What a reference is for (CLI.md's words; reference_kind_name gives them).
enum class ReferenceKind : std::uint8_t {
  Document,
  Frame,
  Style,
  Script,
  Image,
  Audio,
  Video,
  Track,
  Font,
  Icon,
  Manifest,
  Object,
  Preload,
  Prefetch,
  Other
};
std::string_view reference_kind_name(ReferenceKind kind);
std::optional<ReferenceKind> reference_kind_from_name(std::string_view name);

// W3C Referrer Policy section 3, in its order.
enum class ReferrerPolicy : std::uint8_t {
  NoReferrer,
  NoReferrerWhenDowngrade,
  SameOrigin,
  Origin,
  StrictOrigin,
  OriginWhenCrossOrigin,
  StrictOriginWhenCrossOrigin,
  UnsafeUrl
};
inline constexpr ReferrerPolicy kDefaultReferrerPolicy = ReferrerPolicy::StrictOriginWhenCrossOrigin;
// In any case of letters; nothing for what is no policy.
std::optional<ReferrerPolicy> referrer_policy_from_name(std::string_view name);

// Whether it is asked for in CORS mode: by a crossorigin attribute, or as a module script (HTML standard, "CORS
// settings attribute"). Anonymous: to other origins without cookies and other credentials.
enum class Cors : std::uint8_t { None, Anonymous, UseCredentials };

struct Reference {
  std::string url;  // absolute, fragment kept off; http, https or ftp
  ReferenceKind kind = ReferenceKind::Other;
  std::string element;     // "img", "link", "svg:image", "@import", "@font-face", "style" (attribute) ...
  std::string attribute;   // "src", "srcset", "style" ...; for CSS the property or at-rule ("background-image")
  std::size_t offset = 0;  // of the URL's text, in bytes into the input as it came
  bool lazy = false;       // loading=lazy with scripting on
  std::string media;       // the condition it was under, as written; "" none
  std::string
      charset;  // of a script or style link's charset attribute, or the referring document's encoding for styles;
                // the tag scanner leaves the latter out where it meets the link before the encoding is told
  // What the request may tell of who asks: by the element's own referrerpolicy, and by the last <meta name=referrer>
  // before it, which is its document's. Nothing where they say nothing.
  std::optional<ReferrerPolicy> referrer_policy, document_policy;
  Cors cors = Cors::None;
  std::string why;  // with `explain`: the rule that chose it, or that passed it over
  friend bool operator==(const Reference&, const Reference&) = default;
};

// The screen that srcset, picture and media queries are answered for: CSS pixels, and device pixels per CSS pixel.
struct Screen {
  int width = 1280;
  int height = 800;
  double dpr = 1;
};

struct ReferenceOptions {
  Screen screen;
  enum class Scope : std::uint8_t {
    Browser,
    All
  } scope = Scope::Browser;  // All: every candidate, every url(), noscript and scripts
  bool scripting = true;     // off: no scripts, noscript counts, nothing is lazy
  // Scope Browser: the sheets that the document links will be read, too, so that fonts and custom properties which its
  // own styles declare and do not use may be used there: they count.
  bool external_styles = false;
  // Also what scripts are commonly left to load: data-src, data-srcset, data-original and the like (lazy_attributes.h
  // of parser/html names them), as lazy references.
  bool lazy_attributes = false;
  // Documents: say why each reference counts, and list what was passed over.
  bool explain = false;
  // Scope Browser: also what browsers fetch only on demand, when a page is installed: its manifest.
  bool manifests = false;
  std::size_t max_references = 100000;                  // more are dropped and said (truncated)
  std::size_t max_input_bytes = std::size_t{64} << 20;  // of one document or sheet; the rest is not looked at, and said
  // Of one gumbo parse, and no more than 32 bytes for a byte of the document, or 32 MiB for one below a MiB: several
  // times what pages need.
  std::size_t max_parse_memory = std::size_t{512} << 20;
  std::chrono::milliseconds max_parse_time{5000};  // of one gumbo parse
};

struct References {
  std::vector<Reference> references;   // in order of their offsets; each URL and kind once
  std::vector<Reference> passed_over;  // with `explain`: named, but not fetched; in order, at most max_references
  std::string base_url;                // the node document's base URL
  std::string encoding;                // the one decoded with
  std::string title;                   // of a document, white space collapsed, at most 300 bytes
  std::string degraded;  // not empty: why the list may be incomplete ("parse stopped: deadline", "over 64 MiB")
};

// HTML: over gumbo's tree, the authority. `url` is the document's own; `content_type` the HTTP field value ("" none);
// `parent_encoding` the including document's, for frames.
References extract_document_references(std::string_view bytes, const Url& url, std::string_view content_type,
                                       const ReferenceOptions& options, std::string_view parent_encoding = {});

// CSS: from a sheet whose media do not match the screen, browsers fetch what it imports (kind Style) and nothing else.
// `environment_encoding` is the referring document's or sheet's (or the charset attribute of its link).
References extract_style_references(std::string_view bytes, const Url& url, std::string_view content_type,
                                    const ReferenceOptions& options, std::string_view environment_encoding = {});

// A document's Link header field, its values combined by commas (RFC 8288): what its links have fetched, as link
// elements of the same rel would ("Link" is their element, their offset 0), and the origins of its
// preconnect. `url` is the response's, against which they resolve whatever base the document sets.
struct LinkHeader {
  std::vector<Reference> references;
  std::vector<std::string> connection_hints;
};
LinkHeader references_of_link_header(std::string_view value, const Url& url, const ReferenceOptions& options);

// The speculative scanner (a browser's preload scanner): finds references in a document's bytes as they arrive, in
// linear time, cut anywhere. It never reports what extract_document_references would not, but for a late <base>,
// template, noscript, select and the like; it is no authority. Used by one thread at a time.
class TagScanner {
 public:
  static std::unique_ptr<TagScanner> create(const Url& url, std::string_view content_type,
                                            const ReferenceOptions& options, std::string_view parent_encoding = {});
  virtual ~TagScanner() = default;
  // Appends what became known.
  virtual void feed(std::string_view bytes, std::vector<Reference>& found) = 0;
  virtual void finish(std::vector<Reference>& found) = 0;
  // The encoding that the document is read in, once what has come of it tells: before anything is found. "" until then.
  virtual std::string_view encoding() = 0;
  // Origins named by preconnect so far; taken once. (A dns-prefetch is no promise of a request, and looks up no more.)
  virtual std::vector<std::string> take_connection_hints() = 0;
};

// What a style sheet imports, found in its bytes as they arrive: imports are what a sheet begins with (CSS Cascade
// level 5, section 2). Reports what extract_style_references will report of the whole sheet as kind Style, in its
// order, cut anywhere; what begins only after kMaxBytes or kMaxFeeds pieces, and a sheet whose encoding reads its first
// statements as other than UTF-8, is left to that. Used by one thread at a time.
class ImportScanner {
 public:
  // Arguments as for extract_style_references.
  ImportScanner(const Url& url, std::string_view content_type, const ReferenceOptions& options,
                std::string_view environment_encoding = {});
  // Appends what became known.
  void feed(std::string_view bytes, std::vector<Reference>& found);

  static constexpr std::size_t kMaxBytes = std::size_t{16} << 10;  // looked at, and kept until they are
  static constexpr std::size_t kMaxFeeds = 32;                     // each may read all that is kept again

 private:
  void look(std::vector<Reference>& found);

  Url url_;
  std::string content_type_, environment_encoding_;
  ReferenceOptions options_;
  std::string text_;
  std::size_t end_ = 0;  // of the statements that are read
  std::size_t reported_ = 0;
  std::size_t feeds_ = 0;
  bool over_ = false;  // nothing more will be reported
};

// Does the media query list (Media Queries level 4; a media attribute's value) match that screen? Empty: yes. Unknown:
// no.
bool media_matches(std::string_view media_query_list, const Screen& screen);

// The version of gumbo under the parser, for --version.
std::string_view parser_library_version();

// Says which parser this is, to the byte of its sources: what two with the same one say of a text is the same.
std::string_view parser_fingerprint();

}  // namespace pagehaul
