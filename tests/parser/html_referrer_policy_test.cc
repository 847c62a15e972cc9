// What elements say of how they ask: referrer policies and CORS.

#include <gtest/gtest.h>

#include <map>

#include "pagehaul/page_document.h"
#include "pagehaul/references.h"

namespace pagehaul {
namespace {

using enum ReferrerPolicy;
using Policy = std::optional<ReferrerPolicy>;

const Url& page() {
  static const Url url = *Url::parse("http://a.example/");
  return url;
}

// By the last part of their URLs.
std::map<std::string, Reference> by_name(const std::vector<Reference>& references) {
  std::map<std::string, Reference> named;
  for (const Reference& reference : references)
    named.emplace(reference.url.substr(reference.url.rfind('/') + 1), reference);
  return named;
}

std::map<std::string, Reference> read(std::string_view html, const ReferenceOptions& options = {}) {
  return by_name(extract_document_references(html, page(), "text/html; charset=utf-8", options).references);
}

std::map<std::string, Reference> scan(std::string_view html) {
  const auto scanner = TagScanner::create(page(), "text/html; charset=utf-8", {});
  std::vector<Reference> found;
  scanner->feed(html, found);
  scanner->finish(found);
  return by_name(found);
}

constexpr const char* kNames[] = {"no-referrer",
                                  "no-referrer-when-downgrade",
                                  "same-origin",
                                  "origin",
                                  "strict-origin",
                                  "origin-when-cross-origin",
                                  "strict-origin-when-cross-origin",
                                  "unsafe-url"};

TEST(ReferrerPolicyOfElements, IsNamedInAnyCaseOrIsNone) {
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    EXPECT_EQ(referrer_policy_from_name(kNames[i]), static_cast<ReferrerPolicy>(i)) << kNames[i];
  EXPECT_EQ(referrer_policy_from_name("Unsafe-URL"), UnsafeUrl);
  for (const char* none : {"", "never", " origin", "origin ", "no_referrer"})
    EXPECT_EQ(referrer_policy_from_name(none), std::nullopt) << none;
}

TEST(ReferrerPolicyOfElements, TheAttributeCountsOnWhatHasIt) {
  const std::string html =
      "<link rel=stylesheet href=style referrerpolicy=origin><link rel=icon href=icon referrerpolicy=unsafe-url>"
      "<script src=script referrerpolicy=No-Referrer></script><img src=img referrerpolicy=same-origin>"
      "<iframe src=iframe referrerpolicy=strict-origin></iframe>"
      "<picture><source srcset=source referrerpolicy=origin><img src=unused referrerpolicy=unsafe-url></picture>"
      "<video src=video referrerpolicy=origin></video><img src=bad referrerpolicy=never><img src=none>";
  for (const auto& found : {read(html), scan(html)}) {
    EXPECT_EQ(found.at("style").referrer_policy, Origin);
    EXPECT_EQ(found.at("icon").referrer_policy, UnsafeUrl);
    EXPECT_EQ(found.at("script").referrer_policy, NoReferrer);
    EXPECT_EQ(found.at("img").referrer_policy, SameOrigin);
    EXPECT_EQ(found.at("iframe").referrer_policy, StrictOrigin);
    EXPECT_EQ(found.at("source").referrer_policy, UnsafeUrl) << "its img is what asks";
    for (const char* none : {"video", "bad", "none"}) EXPECT_EQ(found.at(none).referrer_policy, Policy()) << none;
    for (const auto& [name, reference] : found) EXPECT_EQ(reference.document_policy, Policy()) << name;
  }
}

TEST(ReferrerPolicyOfElements, AMetaElementCountsForWhatComesAfterIt) {
  const std::string html =
      "<img src=0><meta name=referrer content=origin><img src=1><meta name=Referrer content=''><img src=2>"
      "<meta name=referrer content=nonsense><img src=3><meta name=other content=unsafe-url><img src=4>"
      "<meta name=referrer content=NEVER><img src=5 referrerpolicy=same-origin><p style='background: url(6)'>x";
  for (const auto& found : {read(html), scan(html)}) {
    EXPECT_EQ(found.at("0").document_policy, Policy());
    for (const char* name : {"1", "2", "3", "4"}) EXPECT_EQ(found.at(name).document_policy, Origin) << name;
    EXPECT_EQ(found.at("5").document_policy, NoReferrer);
    EXPECT_EQ(found.at("5").referrer_policy, SameOrigin);
    EXPECT_EQ(found.at("6").document_policy, NoReferrer);
  }
}

TEST(ReferrerPolicyOfElements, AMetaElementMayUseTheOldWords) {
  const std::pair<const char*, ReferrerPolicy> words[] = {{"never", NoReferrer},
                                                          {"default", StrictOriginWhenCrossOrigin},
                                                          {"always", UnsafeUrl},
                                                          {"origin-when-crossorigin", OriginWhenCrossOrigin}};
  for (const auto& [word, policy] : words)
    EXPECT_EQ(read("<meta name=referrer content=" + std::string(word) + "><img src=a>").at("a").document_policy,
              policy);
  for (const char* name : kNames)
    EXPECT_EQ(read("<meta name=referrer content=" + std::string(name) + "><img src=a>").at("a").document_policy,
              referrer_policy_from_name(name));
}

TEST(ReferrerPolicyOfElements, AMetaElementThatIsNotInTheDocumentDoesNotCount) {
  ReferenceOptions explain;
  explain.explain = true;
  const std::string html =
      "<template><meta name=referrer content=origin></template><noscript><meta name=referrer content=origin></noscript>"
      "<!-- <meta name=referrer content=origin> --><img src=a>";
  for (const auto& found : {read(html), read(html, explain), scan(html)})
    EXPECT_EQ(found.at("a").document_policy, Policy());
}

TEST(ReferrerPolicyOfElements, ASrcdocDocumentBeginsWithThatAroundItAndKeepsItsOwnToItself) {
  const std::string html =
      "<meta name=referrer content=origin>"
      "<iframe srcdoc='<img src=0><meta name=referrer content=unsafe-url><img src=1>'></iframe><img src=2>";
  for (const auto& found : {read(html), scan(html)}) {
    EXPECT_EQ(found.at("0").document_policy, Origin);
    EXPECT_EQ(found.at("1").document_policy, UnsafeUrl);
    EXPECT_EQ(found.at("2").document_policy, Origin);
  }
}

TEST(ReferrerPolicyOfElements, OwnStylesThatWaitForSheetsHaveTheDocuments) {
  const auto document = PageDocument::read(
      "<meta name=referrer content=origin><link rel=stylesheet href=sheet>"
      "<style>:root { --image: url(a) } p { background: var(--image) }</style><p class=shown>text",
      page(), "text/html", {});
  const auto sheet =
      ReadSheet::read("p { background: none !important }", *Url::parse("http://a.example/sheet"), "text/css", {});
  const auto asked = document->match([&](const std::string&) { return sheet; });
  std::map<std::string, Reference> own = by_name(document->references().references);
  for (const auto& by : asked) own.merge(by_name(by.references));
  ASSERT_TRUE(own.contains("a"));
  EXPECT_EQ(own.at("a").document_policy, Origin);
}

TEST(ReferrerPolicyOfElements, ALinkFieldHasTheAttributesToo) {
  const auto found =
      by_name(references_of_link_header(
                  "</a>; rel=preload; as=image; referrerpolicy=origin; crossorigin, </b>; rel=stylesheet", page(), {})
                  .references);
  EXPECT_EQ(found.at("a").referrer_policy, Origin);
  EXPECT_EQ(found.at("a").cors, Cors::Anonymous);
  EXPECT_EQ(found.at("b").referrer_policy, Policy());
  EXPECT_EQ(found.at("b").cors, Cors::None);
}

TEST(CorsOfElements, CrossoriginAndModulesAskForIt) {
  const std::string html =
      "<link rel=stylesheet href=style crossorigin><link rel=modulepreload href=module1>"
      "<link rel=preload as=font href=font><link rel=preload as=fetch href=fetch crossorigin=use-credentials>"
      "<script type=module src=module2></script><script src=script crossorigin=''></script><script src=plain></script>"
      "<img src=img crossorigin=anything><img src=plainimg>"
      "<picture><source srcset=source><img src=unused crossorigin></picture>"
      "<video crossorigin><source src=movie><track src=track default></video><audio src=audio crossorigin></audio>"
      "<video src=plainmovie><track src=plaintrack default></video><svg><image href=svgimage crossorigin /></svg>";
  using enum Cors;
  const std::map<std::string, Cors> expected = {
      {"style", Anonymous},   {"module1", Anonymous}, {"font", None},       {"fetch", UseCredentials},
      {"module2", Anonymous}, {"script", Anonymous},  {"plain", None},      {"img", Anonymous},
      {"plainimg", None},     {"source", Anonymous},  {"movie", Anonymous}, {"track", Anonymous},
      {"audio", Anonymous},   {"plainmovie", None},   {"plaintrack", None}, {"svgimage", Anonymous}};
  for (const auto& found : {read(html), scan(html)}) {
    for (const auto& [name, cors] : expected) {
      ASSERT_TRUE(found.contains(name)) << name;
      EXPECT_EQ(found.at(name).cors, cors) << name;
    }
  }
}

}  // namespace
}  // namespace pagehaul
