// pagehaul load: pages with everything they need.

#include <fmt/core.h>
#include <malloc.h>

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <vector>

#include "cache_file.h"
#include "commands.h"
#include "input.h"
#include "interrupts.h"
#include "language.h"
#include "load_report.h"
#include "network_arguments.h"
#include "page_jobs.h"
#include "progress.h"
#include "reference_arguments.h"
#include "text.h"
#include "units.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

struct LoadArguments {
  NetworkArguments network;
  ReferenceArguments references;
  std::vector<std::string> urls;
  std::string list;
  PageLimits limits;
  std::int64_t max_resources = 10000, frame_depth = 3, jobs = 32;
  bool json = false, quiet = false, verbose = false;
};

Status read_list(LoadArguments& arguments) {
  if (arguments.list.empty()) return {};
  constexpr std::size_t kMaxList = std::size_t{64} << 20;
  const auto text = read_input(arguments.list, kMaxList);
  if (!text.ok()) return text.status();
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim_ows(rest.substr(0, end > 0 && rest[end - 1] == '\r' ? end - 1 : end));
    if (!line.empty() && line.front() != '#') arguments.urls.emplace_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

PageRequest page_request(const LoadArguments& arguments, const Url& url) {
  PageRequest request;
  request.url = url.href_without_fragment();
  request.mode = arguments.network.mode;
  request.stale_if_slow = arguments.network.stale_if_slow;
  request.references = arguments.references.options;
  request.include = arguments.references.include;
  request.exclude = arguments.references.exclude;
  request.limits = arguments.limits;
  // Zero is "no limit" on the command line; of a resource's size it is that already.
  if (request.limits.max_total_bytes == 0) request.limits.max_total_bytes = UINT64_MAX;
  request.limits.max_resources = static_cast<std::uint32_t>(arguments.max_resources);
  request.limits.max_frame_depth = static_cast<std::uint32_t>(arguments.frame_depth);
  request.max_redirects = static_cast<int>(arguments.network.max_redirects);
  request.allow_private = arguments.network.allow_private;
  request.headers = arguments.network.headers;
  request.accept_language = accept_language_of_locale(locale_of_environment());
  request.user = arguments.network.user;
  request.client_certificate = arguments.network.client_certificate;
  return request;
}

// What pages say, in the order of their URLs: each is held back until those before it have spoken.
class InOrder {
 public:
  explicit InOrder(Output& out) : out_(out) {}
  void say(std::size_t index, std::string text) {
    held_.emplace(index, std::move(text));
    for (auto next = held_.find(next_); next != held_.end(); next = held_.find(++next_)) {
      out_.write(next->second);
      held_.erase(next);
    }
  }
  // What is still held back, where those before it will not speak.
  void say_the_rest() {
    for (const auto& [index, text] : held_) out_.write(text);
    held_.clear();
  }

 private:
  Output& out_;
  std::map<std::size_t, std::string> held_;
  std::size_t next_ = 0;
};

ExitCode load_all(const LoadArguments& arguments, const std::vector<Url>& urls, PageLoader& loader, PageJobs& jobs,
                  Console& console) {
  std::mutex says;  // pages tell their events on a thread of their own
  LiveProgress progress(console);
  const bool live = !arguments.quiet && !arguments.verbose && console.err_terminal.cursor;
  InOrder reports(console.out);
  std::vector<ExitCode> codes(urls.size(), ExitCode::Success);
  jobs.run(
      loader, urls.size(),
      [&](std::size_t index) {
        PageRequest request = page_request(arguments, urls[index]);
        if (arguments.verbose) {
          request.on_event = [&](const PageEvent& event) {
            const std::lock_guard lock(says);
            if (console.err.write(event_line(event))) console.err.flush();
          };
        } else if (live) {
          request.on_event = [&](const PageEvent& event) {
            const std::lock_guard lock(says);
            progress.see(event);
          };
        }
        return request;
      },
      [&](std::size_t index, const PageResult& result) {
        codes[index] = exit_code_of(result);
        const std::lock_guard lock(says);
        if (live) progress.clear();
        if (arguments.json)
          console.out.write(report_json(result));
        else if (!arguments.quiet)
          reports.say(index, report(result, arguments.network.mode, console.out_terminal));
        console.out.flush();
        if (!result.store_error.ok())
          console.complain(fmt::format("the page is not stored completely: {}", result.store_error.message()));
      });
  reports.say_the_rest();
  console.out.flush();
  return first_failure(codes);
}

// What is freed goes back to the system. Else glibc raises both thresholds with it, and each thread keeps as much as
// the largest list of references has taken.
void keep_little_memory() {
  mallopt(M_MMAP_THRESHOLD, 512 << 10);
  mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

ExitCode load(LoadArguments& arguments, Console& console) {
  if (const Status read = read_list(arguments); !read.ok()) return console.fail(read);
  if (arguments.urls.empty()) return console.fail(ExitCode::Usage, "URL is missing (see 'pagehaul load --help')");
  std::vector<Url> urls;
  for (const std::string& text : arguments.urls) {
    auto url = parse_url_argument(text);
    if (!url.ok()) return console.fail(url.status());
    urls.push_back(url.take());
  }
  keep_little_memory();
  PageJobs jobs(static_cast<std::size_t>(arguments.jobs));
  std::stop_source stop;
  const Interrupts interrupts([&jobs, &stop] {
    jobs.interrupt();
    stop.request_stop();
  });
  const WallTime began = wall_clock();
  auto loader = arguments.network.open(urls.front(), stop.get_token(), console);
  if (!loader.ok()) return console.fail(loader.status());
  const ExitCode code = load_all(arguments, urls, **loader, jobs, console);
  const ExitCode closed = arguments.network.close(loader.take(), began, console);
  return first_failure(std::array{code, closed});
}

}  // namespace

void add_load_command(Command& parent) {
  const auto arguments = std::make_shared<LoadArguments>();
  Command& command = parent.add_command("load", "Loads pages with everything they need into the cache file.");
  command.argument("URL", Command::Need::Many, into(arguments->urls), "the pages; without a scheme, http:// is meant")
      .option("-i,--input", "FILE", into(arguments->list), "more URLs, one a line; '-' is standard input")
      .option("-j,--jobs", "N", count_into(arguments->jobs, 1, 1000), "pages at once (32)")
      .flag("--json", arguments->json,
            "JSON lines on stdout: an object a resource, and one for the page (docs/json.md); pages as they end, while "
            "reports come in the order of the URLs")
      .flag("-q,--quiet", arguments->quiet, "say nothing but errors")
      .flag("-v,--verbose", arguments->verbose, "each status event, a line on stderr")
      .exclusive({"--json", "--quiet"})
      .exclusive({"--quiet", "--verbose"});
  add_reference_options(command, arguments->references);
  command.group("Limits")
      .option("--page-timeout", "T", duration_into(arguments->limits.page_timeout),
              "for a page; what has arrived is kept (no limit)")
      .option("--max-resources", "N", count_into(arguments->max_resources, 1, 10000000), "of a page (10000)")
      .option("--max-size", "N", size_into(arguments->limits.max_resource_bytes),
              "bytes of one resource, 0 for no limit (4G)")
      .option("--max-total", "N", size_into(arguments->limits.max_total_bytes),
              "bytes of a page over the network, 0 for no limit (16G)")
      .option("--frame-depth", "N", count_into(arguments->frame_depth, 0, 100), "frames in frames (3)");
  add_network_options(command, arguments->network);
  command
      .text(
          "Ends with 0 when everything was loaded, 9 when some resources were not, 8 when the page itself is an error; "
          "docs/cli.md "
          "lists all exit codes.")
      .example("pagehaul load https://example.org/", "load a page")
      .example("pagehaul load -i urls.txt --jobs 8 --json", "load many, and read what came of each as it ends")
      .example("pagehaul load --offline https://example.org/", "load it again with no network")
      .action([=](Console& console) { return load(*arguments, console); });
}

}  // namespace pagehaul::cli
