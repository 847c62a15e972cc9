#include "reference_arguments.h"

#include <fmt/core.h>

#include <algorithm>

#include "units.h"

namespace pagehaul::cli {
namespace {

template <typename T>
Setter one_of(T& target, std::vector<std::pair<std::string, T>> words) {
  return [&target, words = std::move(words)](const std::string& text) {
    for (const auto& [word, value] : words) {
      if (word != text) continue;
      target = value;
      return Status();
    }
    return Status(ErrorKind::Usage, fmt::format("'{}' is neither '{}' nor '{}'", text, words[0].first, words[1].first));
  };
}

}  // namespace

bool ReferenceArguments::wanted(ReferenceKind kind) const {
  const auto names = [kind](const std::vector<ReferenceKind>& list) {
    return std::ranges::find(list, kind) != list.end();
  };
  return (include.empty() || names(include)) && !names(exclude);
}

std::string kind_list() {
  std::string list;
  for (int kind = 0; kind <= static_cast<int>(ReferenceKind::Other); ++kind)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", reference_kind_name(static_cast<ReferenceKind>(kind)));
  return list;
}

Setter kinds_into(std::vector<ReferenceKind>& target) {
  return [&target](const std::string& text) {
    std::string_view rest = text;
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      const std::string_view name = trim_ows(rest.substr(0, comma));
      const auto kind = reference_kind_from_name(name);
      if (!kind) return Status(ErrorKind::Usage, fmt::format("'{}' is no kind; the kinds are {}", name, kind_list()));
      target.push_back(*kind);
      more = comma != std::string_view::npos;
      rest.remove_prefix(more ? comma + 1 : rest.size());
    }
    return Status();
  };
}

void add_reference_options(Command& command, ReferenceArguments& arguments) {
  ReferenceOptions& options = arguments.options;
  command.group("What counts as a reference")
      .option(
          "--viewport", "WxH",
          [&options](const std::string& text) {
            const auto screen = parse_viewport(text);
            if (screen.ok()) {
              options.screen.width = screen->width;
              options.screen.height = screen->height;
            }
            return screen.status();
          },
          "the screen in CSS pixels, for srcset, picture and media queries (1280x800)")
      .option(
          "--dpr", "N",
          [&options](const std::string& text) {
            const auto ratio = parse_dpr(text);
            if (ratio.ok()) options.screen.dpr = *ratio;
            return ratio.status();
          },
          "the screen's device pixels per CSS pixel (1)")
      .option(
          "--scope", "browser|all",
          one_of(options.scope, {{"browser", ReferenceOptions::Scope::Browser}, {"all", ReferenceOptions::Scope::All}}),
          "browser: what a browser with that screen requests (default); all: every candidate of every srcset, every "
          "url() of every "
          "style sheet, noscript content and scripts alike")
      .option("--scripting", "on|off", one_of(options.scripting, {{"on", true}, {"off", false}}),
              "on: as a browser with scripts enabled asks before any script has run (default); off: no scripts, "
              "noscript counts, nothing "
              "is lazy")
      .flag("--lazy-attributes", options.lazy_attributes,
            "also what scripts are commonly left to load: data-src, data-srcset, data-original, data-lazy-src and the "
            "like")
      .option("--include", "KINDS", kinds_into(arguments.include),
              fmt::format("only these kinds, as image,font; the kinds are {}", kind_list()))
      .option("--exclude", "KINDS", kinds_into(arguments.exclude), "not these kinds");
}

}  // namespace pagehaul::cli
