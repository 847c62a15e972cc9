#pragma once
// audio and video ("resource selection algorithm"), object and embed, iframe and frame.

#include "html/rule_context.h"

namespace pagehaul::html {

// An audio or video element that is open.
struct MediaElement {
  ReferenceKind kind = ReferenceKind::Video;
  Cors cors = Cors::None;  // crossorigin, for its sources and tracks too
  bool chosen = false;     // no further source child is looked at
};
MediaElement start_media_element(RuleContext& context, const Element& media);
void read_media_source(RuleContext& context, const Element& source, MediaElement& media);
void add_track(RuleContext& context, const Element& track, const MediaElement& media);

// True when the object shows its data, so that objects and embeds in its fallback content stay inactive.
bool add_object(RuleContext& context, const Element& object);
void add_embed(RuleContext& context, const Element& embed);
// iframe (one with srcdoc has no reference of its own) and frame.
void add_frame(RuleContext& context, const Element& frame);

}  // namespace pagehaul::html
