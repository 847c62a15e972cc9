// pagehaul refs: what a document or a style sheet refers to.

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "commands.h"
#include "input.h"
#include "json.h"
#include "pagehaul/encoding.h"
#include "pagehaul/headers.h"
#include "reference_arguments.h"
#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

struct RefsArguments {
  std::string file = "-";
  std::string base;
  std::string content_type = "text/html";
  ReferenceArguments references;
  bool json = false;
};

// Lines and columns of places asked for in rising order, both from 1; columns in bytes.
class LineCounter {
 public:
  explicit LineCounter(std::string_view bytes) : bytes_(bytes) {}
  std::pair<std::size_t, std::size_t> at(std::size_t offset) {
    for (; next_ < std::min(offset, bytes_.size()); ++next_) {
      const bool pair = bytes_[next_] == '\r' && next_ + 1 < bytes_.size() && bytes_[next_ + 1] == '\n';
      if (pair || (bytes_[next_] != '\n' && bytes_[next_] != '\r')) continue;
      ++line_;
      line_begin_ = next_ + 1;
    }
    return {line_, offset - line_begin_ + 1};
  }

 private:
  std::string_view bytes_;
  std::size_t next_ = 0;
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
};

References extract(const RefsArguments& arguments, std::string_view bytes, const Url& base) {
  const std::string type = media_type_of(Headers{{"Content-Type", arguments.content_type}});
  return type == "text/css"
             ? extract_style_references(bytes, base, arguments.content_type, arguments.references.options)
             : extract_document_references(bytes, base, arguments.content_type, arguments.references.options);
}

Json json_of(const Reference& reference) {
  return Json{{"schema", "pagehaul.reference/1"},
              {"url", reference.url},
              {"kind", reference_kind_name(reference.kind)},
              {"element", reference.element},
              {"attribute", reference.attribute},
              {"offset", reference.offset},
              {"lazy", reference.lazy},
              {"media", reference.media}};
}

// With --explain: what is requested and what is not, in the order of the document, each with its place and the rule.
void explain(const RefsArguments& arguments, const References& found, std::string_view bytes, Console& console) {
  LineCounter lines(bytes);
  auto requested = found.references.begin();
  auto passed_over = found.passed_over.begin();
  while (requested != found.references.end() || passed_over != found.passed_over.end()) {
    const bool first = passed_over == found.passed_over.end() ||
                       (requested != found.references.end() && requested->offset <= passed_over->offset);
    const Reference& reference = first ? *requested++ : *passed_over++;
    if (!arguments.references.wanted(reference.kind)) continue;
    const auto [line, column] = lines.at(reference.offset);
    if (arguments.json) {
      Json object = json_of(reference);
      object["requested"] = first;
      object["line"] = line;
      object["column"] = column;
      object["why"] = reference.why;
      console.out.write(json_line(object));
    } else {
      console.out.write(fmt::format("{}:{}  {} {}\n      {} {}: {}{}\n", line, column, first ? "+" : "-",
                                    printable(reference.url), printable(reference.element),
                                    printable(reference.attribute), first ? "" : "not requested, ", reference.why));
    }
  }
}

// Without a base relative references have no URL. A reader of the list should know that it lacks them.
void note_relative(const RefsArguments& arguments, std::string_view bytes, std::size_t resolved, Console& console) {
  const auto stand_in = Url::parse("http://base.invalid/");
  const std::size_t all = extract(arguments, bytes, *stand_in).references.size();
  if (all > resolved)
    console.complain(fmt::format("{} left out: relative, and no --base URL to resolve against",
                                 format_count(all - resolved, "reference was", "references were")));
}

ExitCode print_references(const RefsArguments& arguments, Console& console) {
  const std::string type = media_type_of(Headers{{"Content-Type", arguments.content_type}});
  if (type != "text/css" && type != "text/html" && type != "application/xhtml+xml" && type != "image/svg+xml")
    return console.fail(ExitCode::Usage,
                        fmt::format("--content-type: references are read from text/html, application/xhtml+xml, "
                                    "image/svg+xml and text/css, not from '{}'",
                                    arguments.content_type));
  const auto base = Url::parse(arguments.base.empty() ? "about:blank" : arguments.base);
  if (!base) return console.fail(ExitCode::Usage, fmt::format("--base: '{}' is no absolute URL", arguments.base));
  // One byte more than is looked at, so that the reader knows that there is more.
  const auto bytes = read_input(arguments.file, arguments.references.options.max_input_bytes + 1);
  if (!bytes) return console.fail(bytes.status());
  const References found = extract(arguments, *bytes, *base);
  if (arguments.references.options.explain) {
    explain(arguments, found, *bytes, console);
  } else {
    for (const Reference& reference : found.references)
      if (arguments.references.wanted(reference.kind)) console.out.write(json_line(json_of(reference)));
  }
  if (arguments.base.empty()) note_relative(arguments, *bytes, found.references.size(), console);
  if (!found.degraded.empty()) console.complain(fmt::format("the list may be incomplete: {}", found.degraded));
  return ExitCode::Success;
}

}  // namespace

void add_refs_command(Command& parent) {
  const auto arguments = std::make_shared<RefsArguments>();
  Command& command = parent.add_command(
      "refs",
      "Prints the references of a document or a style sheet, one JSON object a line, each once, in their order.");
  command
      .argument("FILE", Command::Need::Optional, into(arguments->file), "the document; '-' or nothing: standard input")
      .option("--base", "URL", into(arguments->base),
              "the document's own URL, which relative references resolve against")
      .option("--content-type", "TYPE", into(arguments->content_type),
              "what the server said it is, with its charset (text/html); text/css for a style sheet");
  add_reference_options(command, arguments->references);
  command.group("Output")
      .flag("--explain", arguments->references.options.explain,
            "also what is named and not requested, each with line, column and the rule that decided; in words")
      .flag("--json", arguments->json,
            "JSON lines, as without --explain: with it, they have line, column, requested and why");
  command
      .text(
          "Fields: url, kind, element, attribute, offset (bytes into the input), lazy, media. docs/json.md describes "
          "them.")
      .example("pagehaul refs --base https://example.org/ --include image page.html",
               "the images a browser would request")
      .action([=](Console& console) { return print_references(*arguments, console); });
}

}  // namespace pagehaul::cli
