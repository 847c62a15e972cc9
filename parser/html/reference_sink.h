#pragma once
// Where found references go: resolved, filtered by scheme, each URL and kind once, up to a limit.

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pagehaul/references.h"

namespace pagehaul::html {

// A reference before its URL is resolved; views what the rules were given.
struct Found {
  std::string_view url;
  ReferenceKind kind = ReferenceKind::Other;
  std::string_view element;
  std::string_view attribute;
  std::size_t offset = 0;
  bool lazy = false;
  std::string_view media;
  std::string_view charset;
  std::optional<ReferrerPolicy> referrer_policy;
  Cors cors = Cors::None;
  bool utf8_query = false;   // the document's encoding has no part in the URL
  std::string_view why;      // the rule; "": the element fetches that attribute
  std::string_view refused;  // why it is passed over after all
};

class ReferenceSink {
 public:
  ReferenceSink(const Url& document_url, const ReferenceOptions& options);
  ReferenceSink(const ReferenceSink&) = delete;
  ReferenceSink& operator=(const ReferenceSink&) = delete;

  // "Set the frozen base URL": a base element's href, unless it is a data: or javascript: URL. Only the first call
  // counts.
  void set_base(std::string_view href);
  const Url& base() const { return base_; }
  // Back to what it was before any base element, to read the document once more.
  void reset_base(const Url& base) {
    base_ = base;
    base_is_set_ = false;
  }
  void set_encoding(std::string_view name);
  // The document's, for what is added from now on.
  void set_referrer_policy(std::optional<ReferrerPolicy> policy) { document_policy_ = policy; }
  std::optional<ReferrerPolicy> referrer_policy() const { return document_policy_; }

  void add(const Found& found);
  // What add() would give as URL for kind Style; "" when it is not fetched.
  std::string fetched_url(std::string_view url) const;
  // For preconnect: the origin of a URL, "" when it has none to connect to.
  std::string origin_of(std::string_view url) const;

  std::vector<Reference>& references() { return references_; }
  // What was passed over is kept only when somebody asks why.
  bool explains() const { return explains_; }
  std::vector<Reference>& passed_over() { return passed_over_; }
  // Everything added from now on is passed over; "" ends that.
  void refuse_all(std::string_view why) { refuse_all_ = why; }
  bool truncated() const { return truncated_; }

  // A nested document (iframe srcdoc) has a base and a referrer policy of its own, which begin as those around it,
  // while this lives.
  class NestedDocument {
   public:
    explicit NestedDocument(ReferenceSink& sink);
    ~NestedDocument();
    NestedDocument(const NestedDocument&) = delete;
    NestedDocument& operator=(const NestedDocument&) = delete;

   private:
    ReferenceSink& sink_;
    Url base_;
    bool base_is_set_;
    QueryEncoder query_encoder_;
    std::optional<ReferrerPolicy> document_policy_;
  };

 private:
  Reference reference_of(const Found& found, std::string url) const;
  void pass_over(const Found& found, std::string url, std::string_view why);
  bool is_same_document(const Found& found, const Url& url) const;

  Url document_url_;
  Url base_;
  bool base_is_set_ = false;
  QueryEncoder query_encoder_;
  std::optional<ReferrerPolicy> document_policy_;
  std::size_t max_references_;
  std::vector<Reference> references_;
  // Of references_, by URL and kind.
  struct Order {
    using is_transparent = void;
    using Key = std::pair<std::string_view, ReferenceKind>;
    const std::vector<Reference>* references;
    Key key(std::size_t number) const { return {(*references)[number].url, (*references)[number].kind}; }
    static const Key& key(const Key& key) { return key; }
    bool operator()(const auto& a, const auto& b) const { return key(a) < key(b); }
  };
  std::set<std::size_t, Order> index_{Order{&references_}};
  bool truncated_ = false;
  bool explains_ = false;
  std::string_view refuse_all_;  // static
  std::vector<Reference> passed_over_;
  int nested_documents_ = 0;
};

}  // namespace pagehaul::html
