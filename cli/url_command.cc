// pagehaul url: the URL parser and resolver, for people and scripts.

#include <fmt/core.h>

#include <cstring>
#include <optional>

#include "commands.h"
#include "input.h"
#include "json.h"
#include "json_surrogates.h"
#include "pagehaul/url.h"
#include "text.h"

namespace pagehaul::cli {
namespace {

struct UrlArguments {
  std::string input;
  std::optional<std::string> base;
  bool has_input = false, batch = false;
};

std::optional<Url> resolve(std::string_view input, const std::optional<std::string>& base) {
  if (!base) return Url::parse(input);
  const auto base_url = Url::parse(*base);
  return base_url ? Url::parse(input, &*base_url) : std::nullopt;
}

ExitCode print_one(const UrlArguments& arguments, Console& console) {
  const auto url = resolve(arguments.input, arguments.base);
  if (!url) {
    const std::string against = arguments.base ? fmt::format(" against '{}'", *arguments.base) : "";
    return console.fail(ExitCode::Usage, fmt::format("'{}' is no URL{}", arguments.input, against));
  }
  console.out.write(url->href() + "\n");
  return ExitCode::Success;
}

Json answer(const Json& question) {
  std::optional<std::string> base;
  if (const auto given = question.find("base"); given != question.end() && given->is_string()) base = *given;
  const auto url = resolve(question.at("input").get_ref<const std::string&>(), base);
  return url ? Json{{"href", url->href()}} : Json{{"failure", true}};
}

bool well_formed(const Json& question) {
  if (!question.is_object() || !question.contains("input") || !question.at("input").is_string()) return false;
  const auto base = question.find("base");
  return base == question.end() || base->is_string() || base->is_null();
}

ExitCode answer_lines(Console& console) {
  LineReader reader(0);
  std::string line;
  for (std::size_t number = 1; reader.next(line); ++number) {
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    const Json question = Json::parse(replace_lone_surrogates(to_utf8(line)), nullptr, false);
    if (!well_formed(question))
      return console.fail(ExitCode::Usage,
                          fmt::format("line {} is no JSON object with \"input\" and \"base\" as strings", number));
    if (!console.out.write(json_line(answer(question)))) break;
  }
  if (reader.error() == 0) return ExitCode::Success;
  return console.fail(ExitCode::File, fmt::format("cannot read standard input: {}", std::strerror(reader.error())));
}

}  // namespace

void add_url_command(Command& parent) {
  const auto arguments = std::make_shared<UrlArguments>();
  parent
      .add_command("url",
                   "Parses a URL, or resolves it against a base, as the WHATWG URL standard says, and prints its href.")
      .argument(
          "INPUT", Command::Need::Optional,
          [=](const std::string& text) {
            arguments->input = text;
            arguments->has_input = true;
            return Status();
          },
          "the URL, absolute or relative to BASE")
      .argument(
          "BASE", Command::Need::Optional,
          [=](const std::string& text) {
            arguments->base = text;
            return Status();
          },
          "an absolute URL")
      .flag("--batch", arguments->batch,
            "JSON lines {\"input\", \"base\"} on standard input; for each, in order, {\"href\"} or {\"failure\": true}")
      .text("Exits 2 when INPUT or BASE is no URL. Use '--' before an INPUT that begins with a dash.")
      .example("pagehaul url ../img/a.png https://example.org/news/today/", "prints https://example.org/news/img/a.png")
      .action([=](Console& console) {
        if (arguments->batch && arguments->has_input)
          return console.fail(ExitCode::Usage, "INPUT and --batch cannot be used together (see 'pagehaul url --help')");
        if (arguments->batch) return answer_lines(console);
        if (!arguments->has_input) return console.fail(ExitCode::Usage, "INPUT is missing (see 'pagehaul url --help')");
        return print_one(*arguments, console);
      });
}

}  // namespace pagehaul::cli
