#pragma once
// Declares commands, their options and their help, over CLI11. Every mistake of a user's becomes one line that names
// the argument.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console.h"
#include "pagehaul/status.h"

namespace CLI {
class App;
}

namespace pagehaul::cli {

// Takes an argument's text, or says why it cannot; the caller names the argument.
using Setter = std::function<Status(const std::string& text)>;

Setter into(std::string& target);
Setter into(std::vector<std::string>& target);            // appends
Setter size_into(std::uint64_t& target);                  // parse_size
Setter duration_into(std::chrono::milliseconds& target);  // parse_duration
Setter count_into(std::int64_t& target, std::int64_t least, std::int64_t most);

class Command {
 public:
  using Action = std::function<ExitCode(Console&)>;
  enum class Need { Optional, Required, Many, OneOrMore };  // Many and OneOrMore only for the last argument

  Command(CLI::App& app, Command* parent, std::string name, std::string summary);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Command& add_command(std::string name, std::string summary);
  // Title of the options declared after it, in the help.
  Command& group(std::string title);
  Command& flag(std::string names, bool& target, std::string help);
  Command& flag(std::string names, std::function<void()> set, std::string help);
  // Repeated, it is set again: the last one counts, or each where the setter appends.
  Command& option(std::string names, std::string metavar, Setter set, std::string help);
  Command& argument(std::string metavar, Need need, Setter set, std::string help);
  // At most one of these may be given.
  Command& exclusive(std::vector<std::string> long_names);
  Command& text(std::string paragraph);  // after the options
  Command& example(std::string command, std::string what);
  Command& action(Action action);

  std::string path() const;  // "pagehaul cache ls"
  std::string help(const Terminal& terminal) const;

 private:
  friend class CommandLine;
  struct Item {
    std::string names, metavar, help, group;
  };
  struct Argument {
    std::string metavar, help;
    Need need;
    Setter set;
    bool given = false;
  };
  struct Example {
    std::string command, what;
  };
  Command* chosen();
  Status check();  // what CLI11 could not place, missing arguments, exclusive options
  Status place_extras();
  Status check_exclusive() const;
  std::string nearest_option(std::string_view unknown) const;
  bool was_given(const std::string& long_name) const;
  std::string usage_line() const;

  CLI::App& app_;
  Command* parent_;
  std::string name_, summary_, group_ = "Options";
  std::vector<Item> items_;
  std::vector<std::unique_ptr<Argument>> arguments_;
  std::vector<std::vector<std::string>> exclusive_;
  std::vector<std::string> given_, paragraphs_;
  std::vector<Example> examples_;
  std::vector<std::unique_ptr<Command>> commands_;
  Action action_;
  bool help_wanted_ = false;
};

class CommandLine {
 public:
  CommandLine(std::string name, std::string summary);
  ~CommandLine();
  Command& root() { return *root_; }
  // Parses, then runs the chosen command. `arguments` are without the program's name.
  ExitCode run(std::vector<std::string> arguments, Console& console);

 private:
  std::unique_ptr<CLI::App> app_;
  std::unique_ptr<Command> root_;
};

}  // namespace pagehaul::cli
