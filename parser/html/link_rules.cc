#include "html/link_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "html/ascii.h"
#include "html/image_rules.h"
#include "html/mime_types.h"
#include "html/referrer_policy.h"

namespace pagehaul::html {
namespace {

constexpr std::size_t kMaxConnectionHints = 64;
constexpr std::string_view kModulePreload = "rel=modulepreload";

struct LinkTypes {
  bool icon = false, manifest = false, module_preload = false, preconnect = false, prefetch = false, preload = false,
       style_sheet = false;
};

LinkTypes link_types(std::string_view rel) {
  constexpr std::array<std::pair<std::string_view, bool LinkTypes::*>, 12> kTypes = {{
      {"apple-touch-icon", &LinkTypes::icon},
      {"apple-touch-icon-precomposed", &LinkTypes::icon},
      {"compression-dictionary", &LinkTypes::prefetch},
      {"fluid-icon", &LinkTypes::icon},
      {"icon", &LinkTypes::icon},
      {"manifest", &LinkTypes::manifest},
      {"mask-icon", &LinkTypes::icon},
      {"modulepreload", &LinkTypes::module_preload},
      {"preconnect", &LinkTypes::preconnect},
      {"prefetch", &LinkTypes::prefetch},
      {"preload", &LinkTypes::preload},
      {"stylesheet", &LinkTypes::style_sheet},
  }};
  LinkTypes types;
  for (std::string_view token = take_token(rel); !token.empty(); token = take_token(rel)) {
    for (const auto& [name, member] : kTypes) {
      if (equals_ignoring_ascii_case(token, name)) types.*member = true;
    }
  }
  return types;
}

// "Linked resource fetch setup steps" of rel=stylesheet. The media does not matter: sheets that do not match are
// fetched too; so are alternate ones, which Chromium does not even ask for a title.
void add_style_sheet(RuleContext& context, const Element& link, Found found) {
  const std::string_view type = strip_ascii_whitespace(link.value("type"));
  if (!type.empty() && !is_css_type(type)) {
    found.refused = "type unsupported";
  } else if (!context.all() && link.has("disabled")) {
    found.refused = "disabled";
  }
  found.why = "rel=stylesheet";
  found.kind = ReferenceKind::Style;
  found.charset = link.value("charset");
  if (found.charset.empty()) found.charset = context.document_encoding;
  add_attribute(context, link, "href", found);
}

// "Translate a preload destination"; nothing for a destination that is none. Audio, video and json were taken out, or
// are not taken yet.
std::optional<ReferenceKind> preload_kind(std::string_view destination) {
  constexpr std::array<std::pair<std::string_view, ReferenceKind>, 6> kDestinations = {{
      {"fetch", ReferenceKind::Preload},
      {"font", ReferenceKind::Font},
      {"image", ReferenceKind::Image},
      {"script", ReferenceKind::Script},
      {"style", ReferenceKind::Style},
      {"track", ReferenceKind::Track},
  }};
  for (const auto& [name, kind] : kDestinations) {
    if (equals_ignoring_ascii_case(destination, name)) return kind;
  }
  return std::nullopt;
}

// "Type can be used for the destination" of preload: "match preload type".
bool is_preloadable_type(ReferenceKind kind, std::string_view type) {
  if (strip_ascii_whitespace(type).empty()) return true;
  switch (kind) {
    case ReferenceKind::Font:
      return is_supported_font_type(type);
    case ReferenceKind::Image:
      return is_supported_image_type(type);
    case ReferenceKind::Script:
      return is_javascript_type(type);
    case ReferenceKind::Style:
      return is_css_type(type);
    default:
      return true;
  }
}

void add_preloaded_image(RuleContext& context, const Element& link, Found found) {
  constexpr SourceSetAttributes kPreload{"imagesrcset", "imagesizes", "href"};
  if (context.all()) return add_all_candidates(context, link, kPreload);
  const std::optional<ChosenImage> chosen = choose_image(context, link, kPreload);
  if (!chosen) return;
  refuse_candidates(context, link, kPreload, "candidate not selected: another fits the screen better", &*chosen);
  found.url = chosen->url;
  found.element = chosen->element;
  found.attribute = chosen->attribute;
  found.offset = chosen->offset;
  context.sink.add(found);
}

void add_preload(RuleContext& context, const Element& link, Found found) {
  const std::optional<ReferenceKind> kind = preload_kind(link.value("as"));
  found.why = "rel=preload";
  found.kind = kind.value_or(ReferenceKind::Preload);
  if (!kind) {
    found.refused = "as= names nothing that is preloaded";
  } else if (*kind == ReferenceKind::Script && !context.scripts()) {
    found.refused = "scripts are off";
  } else if (!context.all() && !media_matches(found.media, context.options.screen)) {
    found.refused = "media does not match";
  } else if (!context.all() && !is_preloadable_type(*kind, link.value("type"))) {
    found.refused = "type unsupported";
  }
  if (!found.refused.empty()) return add_attribute(context, link, "href", found);
  if (*kind == ReferenceKind::Image) return add_preloaded_image(context, link, found);
  if (*kind == ReferenceKind::Style) found.charset = context.document_encoding;
  add_attribute(context, link, "href", found);
}

void add_connection_hint(RuleContext& context, const Element& link) {
  std::vector<std::string>& hints = context.connection_hints;
  if (hints.size() >= kMaxConnectionHints) return;
  if (link.value("href").empty()) return;
  std::string origin = context.sink.origin_of(link.value("href"));
  if (!origin.empty() && std::find(hints.begin(), hints.end(), origin) == hints.end())
    hints.push_back(std::move(origin));
}

enum class ScriptType { Classic, Module, Data };

// "Prepare the script element", the steps on its type.
ScriptType script_type(const Element& script) {
  const std::optional<std::string_view> type = script.attribute("type");
  const std::optional<std::string_view> language = script.attribute("language");
  if (!type && (!language || language->empty())) return ScriptType::Classic;
  if (!type) return is_javascript_type("text/" + std::string(*language)) ? ScriptType::Classic : ScriptType::Data;
  if (type->empty()) return ScriptType::Classic;
  const std::string_view stripped = strip_ascii_whitespace(*type);
  if (equals_ignoring_ascii_case(stripped, "module")) return ScriptType::Module;
  // The string must match a JavaScript MIME type essence: parameters make it a data block.
  const bool classic = stripped.find(';') == std::string_view::npos && is_javascript_type(stripped);
  return classic ? ScriptType::Classic : ScriptType::Data;
}

}  // namespace

bool is_style_sheet_link(const Element& link) {
  const std::string_view type = strip_ascii_whitespace(link.value("type"));
  return link_types(link.value("rel")).style_sheet && (type.empty() || is_css_type(type)) && !link.has("disabled") &&
         !strip_ascii_whitespace(link.value("href")).empty();
}

bool is_alternate_link(const Element& link) {
  std::string_view rel = link.value("rel");
  for (std::string_view token = take_token(rel); !token.empty(); token = take_token(rel)) {
    if (equals_ignoring_ascii_case(token, "alternate")) return true;
  }
  return false;
}

void add_link(RuleContext& context, const Element& link) {
  const LinkTypes types = link_types(link.value("rel"));
  Found found;
  found.media = link.value("media");
  found.referrer_policy = referrer_policy_attribute(link);
  found.cors = cors_attribute(link);
  if (types.preconnect) add_connection_hint(context, link);
  if (types.style_sheet) add_style_sheet(context, link, found);
  if (types.preload) add_preload(context, link, found);
  bool fetches = types.style_sheet || types.preload;
  const auto add = [&](bool wanted, ReferenceKind kind, std::string_view why, std::string_view refused = {}) {
    if (!wanted) return;
    fetches = true;
    found.kind = kind;
    found.why = why;
    found.refused = refused;
    found.cors = cors_attribute(link, why == kModulePreload ? Cors::Anonymous : Cors::None);
    add_attribute(context, link, "href", found);
  };
  add(types.icon, ReferenceKind::Icon, "rel=icon");
  // "When the user agent deems it necessary", not while a page loads.
  const bool manifests = context.all() || context.options.manifests;
  add(types.manifest, ReferenceKind::Manifest, "rel=manifest", manifests ? "" : "fetched when a page is installed");
  add(types.module_preload, ReferenceKind::Script, kModulePreload, context.scripts() ? "" : "scripts are off");
  add(types.prefetch, ReferenceKind::Prefetch, "rel=prefetch");
  if (!fetches) add(true, ReferenceKind::Other, "", "rel does not fetch");
}

void add_script(RuleContext& context, const Element& script) {
  const ScriptType type = script_type(script);
  Found found;
  // One with for= and event= may never run, but is fetched by a browser's preload scanner all the same.
  if (!context.scripts()) {
    found.refused = "scripts are off";
  } else if (type == ScriptType::Data) {
    found.refused = "type unsupported: a data block, no script";
  } else if (!context.all() && type == ScriptType::Classic && script.has("nomodule")) {
    found.refused = "nomodule: for browsers without modules";
  }
  found.kind = ReferenceKind::Script;
  found.charset = script.value("charset");
  if (script.is_html()) found.referrer_policy = referrer_policy_attribute(script);
  found.cors = cors_attribute(script, type == ScriptType::Module ? Cors::Anonymous : Cors::None);
  add_attribute(context, script, script.is_html() ? "src" : href_attribute(script), found);
}

}  // namespace pagehaul::html
