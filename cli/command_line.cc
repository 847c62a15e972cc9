#include "command_line.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>

#include "exit_code.h"
#include "units.h"

namespace pagehaul::cli {

Setter into(std::string& target) {
  return [&target](const std::string& text) {
    target = text;
    return Status();
  };
}

Setter into(std::vector<std::string>& target) {
  return [&target](const std::string& text) {
    target.push_back(text);
    return Status();
  };
}

namespace {

template <typename T, typename Parse>
Setter parsed_into(T& target, Parse parse) {
  return [&target, parse](const std::string& text) {
    const auto value = parse(text);
    if (value.ok()) target = *value;
    return value.status();
  };
}

// The longest of "-o,--output": what messages call the option.
std::string long_name(const std::string& names) {
  const std::size_t comma = names.rfind(',');
  return comma == std::string::npos ? names : names.substr(comma + 1);
}

// What a Setter said, on its way through CLI11.
class Refusal : public CLI::ParseError {
 public:
  Refusal(const Status& status, const std::string& name)
      : ParseError("Refusal", fmt::format("{}: {}", name, status.message()), CLI::ExitCodes::ValidationError),
        kind_(status.kind()) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

void require(const Status& status, const std::string& name) {
  if (!status.ok()) throw Refusal(status, name);
}

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char c : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (c == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Setter size_into(std::uint64_t& target) {
  return parsed_into(target, parse_size);
}

Setter duration_into(std::chrono::milliseconds& target) {
  return parsed_into(target, parse_duration);
}

Setter count_into(std::int64_t& target, std::int64_t least, std::int64_t most) {
  return parsed_into(target, [=](const std::string& text) { return parse_count(text, least, most); });
}

Command::Command(CLI::App& app, Command* parent, std::string name, std::string summary)
    : app_(app), parent_(parent), name_(std::move(name)), summary_(std::move(summary)) {
  app_.set_help_flag();
  app_.allow_extras();
  // One command at a time; what follows it belongs to it, even if it is spelled as a command.
  app_.require_subcommand(0, 1);
  app_.add_flag_callback("-h,--help", [this] { help_wanted_ = true; })->trigger_on_parse();
}

Command::~Command() = default;

Command& Command::add_command(std::string name, std::string summary) {
  CLI::App* app = app_.add_subcommand(name);
  commands_.push_back(std::make_unique<Command>(*app, this, std::move(name), std::move(summary)));
  return *commands_.back();
}

Command& Command::group(std::string title) {
  group_ = std::move(title);
  return *this;
}

Command& Command::flag(std::string names, bool& target, std::string help) {
  return flag(
      std::move(names), [&target] { target = true; }, std::move(help));
}

Command& Command::flag(std::string names, std::function<void()> set, std::string help) {
  const std::string name = long_name(names);
  app_.add_flag_callback(names,
                         [this, name, set = std::move(set)] {
                           given_.push_back(name);
                           set();
                         })
      ->disable_flag_override()
      ->trigger_on_parse();
  items_.push_back({std::move(names), "", std::move(help), group_});
  return *this;
}

Command& Command::option(std::string names, std::string metavar, Setter set, std::string help) {
  const std::string name = long_name(names);
  const auto callback = [this, name, set = std::move(set)](const CLI::results_t& results) {
    given_.push_back(name);
    for (const std::string& text : results) require(set(text), name);
    return true;
  };
  app_.add_option(names, callback)->expected(1)->trigger_on_parse();
  items_.push_back({std::move(names), std::move(metavar), std::move(help), group_});
  return *this;
}

Command& Command::argument(std::string metavar, Need need, Setter set, std::string help) {
  arguments_.push_back(std::make_unique<Argument>(Argument{std::move(metavar), std::move(help), need, std::move(set)}));
  if (need == Need::Many || need == Need::OneOrMore) return *this;  // place_extras() gives them out
  Argument* argument = arguments_.back().get();
  app_.add_option(argument->metavar,
                  [argument](const CLI::results_t& results) {
                    argument->given = true;
                    for (const std::string& text : results) require(argument->set(text), argument->metavar);
                    return true;
                  })
      ->expected(1);
  return *this;
}

Command& Command::exclusive(std::vector<std::string> long_names) {
  exclusive_.push_back(std::move(long_names));
  return *this;
}

Command& Command::text(std::string paragraph) {
  paragraphs_.push_back(std::move(paragraph));
  return *this;
}

Command& Command::example(std::string command, std::string what) {
  examples_.push_back({std::move(command), std::move(what)});
  return *this;
}

Command& Command::action(Action action) {
  action_ = std::move(action);
  return *this;
}

std::string Command::path() const {
  return parent_ ? fmt::format("{} {}", parent_->path(), name_) : name_;
}

Command* Command::chosen() {
  for (const auto& command : commands_)
    if (command->app_.parsed()) return command->chosen();
  return this;
}

bool Command::was_given(const std::string& name) const {
  return std::ranges::find(given_, name) != given_.end();
}

std::string Command::nearest_option(std::string_view unknown) const {
  std::string nearest;
  std::size_t least = 3;  // more than two letters off is another word
  for (const Item& item : items_) {
    const std::string name = long_name(item.names);
    const std::size_t letters = distance(unknown, name);
    if (letters < least && unknown.size() > 3) {
      least = letters;
      nearest = name;
    }
  }
  return nearest;
}

Status Command::place_extras() {
  const bool list =
      !arguments_.empty() && (arguments_.back()->need == Need::Many || arguments_.back()->need == Need::OneOrMore);
  bool options = true;  // until "--"
  for (const std::string& extra : app_.remaining()) {
    if (options && extra == "--") {
      options = false;
      continue;
    }
    if (options && extra.size() > 1 && extra.front() == '-') {
      const std::string nearest = nearest_option(extra.substr(0, extra.find('=')));
      const std::string hint = nearest.empty() ? "" : fmt::format(", did you mean {}?", nearest);
      return usage_error(fmt::format("unknown option '{}'{}", extra, hint));
    }
    if (!commands_.empty()) return usage_error(fmt::format("unknown command '{}'", extra));
    if (!list) return usage_error(fmt::format("unexpected argument '{}'", extra));
    arguments_.back()->given = true;
    if (const Status status = arguments_.back()->set(extra); !status.ok())
      return usage_error(fmt::format("{}: {}", arguments_.back()->metavar, status.message()));
  }
  return {};
}

Status Command::check_exclusive() const {
  for (const auto& names : exclusive_) {
    std::string first;
    for (const std::string& name : names) {
      if (!was_given(name)) continue;
      if (!first.empty()) return usage_error(fmt::format("{} and {} cannot be used together", first, name));
      first = name;
    }
  }
  return {};
}

Status Command::check() {
  if (const Status status = place_extras(); !status.ok()) return status;
  for (const auto& argument : arguments_) {
    const bool required = argument->need == Need::Required || argument->need == Need::OneOrMore;
    if (required && !argument->given) return usage_error(fmt::format("{} is missing", argument->metavar));
  }
  return check_exclusive();
}

CommandLine::CommandLine(std::string name, std::string summary) : app_(std::make_unique<CLI::App>()) {
  root_ = std::make_unique<Command>(*app_, nullptr, std::move(name), std::move(summary));
}

CommandLine::~CommandLine() = default;

namespace {

// CLI11 takes the next argument as the value of "--name=": give it the empty one that is meant.
std::vector<std::string> with_empty_values(std::vector<std::string> arguments) {
  std::vector<std::string> out;
  bool options = true;
  for (std::string& argument : arguments) {
    options = options && argument != "--";
    if (options && argument.size() > 3 && argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      argument.pop_back();
      out.push_back(std::move(argument));
      out.emplace_back();
    } else {
      out.push_back(std::move(argument));
    }
  }
  return out;
}

}  // namespace

ExitCode CommandLine::run(std::vector<std::string> arguments, Console& console) {
  const auto refuse = [&](const Command& command, std::string_view message) {
    return console.fail(ExitCode::Usage, fmt::format("{} (see '{} --help')", message, command.path()));
  };
  arguments = with_empty_values(std::move(arguments));
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  try {
    app_->parse(std::move(arguments));
  } catch (const Refusal& refusal) {
    // A file that cannot be read is no question of how to write the option.
    if (refusal.kind() != ErrorKind::Usage) return console.fail(exit_code_of(refusal.kind()), refusal.what());
    return refuse(*root_->chosen(), refusal.what());
  } catch (const CLI::ArgumentMismatch& error) {
    // Options take one value, flags none: there is one way to get either wrong. What CLI11 says begins with the name.
    const std::string text = error.what();
    const std::string name = text.substr(0, text.find_first_of(": "));
    return refuse(*root_->chosen(), text.find("flag") == std::string::npos ? fmt::format("{} needs a value", name)
                                                                           : fmt::format("--{} takes no value", name));
  } catch (const CLI::ParseError& error) {
    return refuse(*root_->chosen(), error.what());
  }
  Command& command = *root_->chosen();
  for (const Command* c = &command; c; c = c->parent_) {
    if (!c->help_wanted_) continue;
    console.out.write(command.help(console.out_terminal));
    return ExitCode::Success;
  }
  for (Command* c = command.parent_; c; c = c->parent_)
    if (const Status status = c->check(); !status.ok()) return refuse(*c, status.message());
  if (const Status status = command.check(); !status.ok()) return refuse(command, status.message());
  if (command.action_) return command.action_(console);
  console.err.write(command.help(console.err_terminal));
  return ExitCode::Usage;
}

}  // namespace pagehaul::cli
