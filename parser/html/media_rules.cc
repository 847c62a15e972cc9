#include "html/media_rules.h"

#include <string>

#include "html/ascii.h"
#include "html/mime_types.h"
#include "html/referrer_policy.h"

namespace pagehaul::html {
namespace {

// "The preload attribute": none fetches nothing until the user plays it; autoplay overrides, which browsers grant to
// the muted.
bool loads_on_its_own(const Element& media) {
  return (media.has("autoplay") && media.has("muted")) || !equals_ignoring_ascii_case(media.value("preload"), "none");
}

// A type that needs a plugin, given or told by the extension: no browser has plugins any more.
bool needs_plugin(const Element& element, std::string_view url_attribute) {
  const std::string_view type = strip_ascii_whitespace(element.value("type"));
  if (!type.empty()) return !is_supported_embedded_type(type);
  const std::string_view url = element.value(url_attribute);
  const std::string path = ascii_lowercase(strip_ascii_whitespace(url.substr(0, url.find_first_of("?#"))));
  for (const std::string_view extension : {".swf", ".class", ".jar", ".dcr", ".xap"}) {
    if (path.ends_with(extension)) return true;
  }
  return false;
}

}  // namespace

MediaElement start_media_element(RuleContext& context, const Element& media) {
  MediaElement state;
  state.kind = media.name == "audio" ? ReferenceKind::Audio : ReferenceKind::Video;
  state.cors = cors_attribute(media);
  if (state.kind == ReferenceKind::Video) add_attribute(context, media, "poster", ReferenceKind::Image);
  const bool loads = context.all() || loads_on_its_own(media);
  Found found;
  found.kind = state.kind;
  found.cors = state.cors;
  if (!loads) found.refused = "preload=none";
  add_attribute(context, media, "src", found);
  state.chosen = !context.all() && (!loads || media.has("src"));
  return state;
}

void read_media_source(RuleContext& context, const Element& source, MediaElement& media) {
  Found found;
  found.kind = media.kind;
  found.cors = media.cors;
  found.media = source.value("media");
  found.why = "the first source whose media match and whose type is supported";
  if (media.chosen) {
    found.refused = "candidate not selected: there is a src or an earlier source that fits, or preload=none";
  } else if (!context.all()) {
    if (strip_ascii_whitespace(source.value("src")).empty()) return;
    if (!media_matches(found.media, context.options.screen)) {
      found.refused = "media does not match";
    } else if (source.has("type") && !is_supported_media_type(source.value("type"))) {
      found.refused = "type unsupported";
    }
    media.chosen = found.refused.empty();
  }
  add_attribute(context, source, "src", found);
}

void add_track(RuleContext& context, const Element& track, const MediaElement& media) {
  Found found;
  found.kind = ReferenceKind::Track;
  found.cors = media.cors;
  found.why = "the default track";
  if (!context.all() && !track.has("default")) found.refused = "not the default track";
  add_attribute(context, track, "src", found);
}

bool add_object(RuleContext& context, const Element& object) {
  if (strip_ascii_whitespace(object.value("data")).empty()) return false;
  Found found;
  found.kind = ReferenceKind::Object;
  if (!context.all() && !object.rendered) found.refused = "not displayed";
  if (!context.all() && (!object.value("classid").empty() || needs_plugin(object, "data")))
    found.refused = "type unsupported: it needs a plugin";
  add_attribute(context, object, "data", found);
  return found.refused.empty();
}

void add_embed(RuleContext& context, const Element& embed) {
  Found found;
  found.kind = ReferenceKind::Object;
  if (!context.all() && !embed.rendered) found.refused = "not displayed";
  if (!context.all() && needs_plugin(embed, "src")) found.refused = "type unsupported: it needs a plugin";
  add_attribute(context, embed, "src", found);
}

void add_frame(RuleContext& context, const Element& frame) {
  Found found;
  if (frame.name == "iframe" && frame.has("srcdoc")) found.refused = "srcdoc stands in its place";
  found.kind = ReferenceKind::Frame;
  if (frame.name == "iframe") found.referrer_policy = referrer_policy_attribute(frame);
  found.lazy = frame.name == "iframe" && is_lazy(context, frame);
  if (found.lazy && !frame.rendered && !context.all()) found.refused = kNeverNear;
  add_attribute(context, frame, "src", found);
}

}  // namespace pagehaul::html
