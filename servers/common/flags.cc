#include "servers/common/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "oofgg/config.h"
#include "oofgg/parse.h"
#include "oofgg/version.h"
#include "servers/common/help.h"

namespace oofgg::servers {
namespace {

std::string VariableOf(std::string_view flag) {
  std::string variable = "OOFGG_";
  for (const char c : flag) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

Status ParseBool(std::string_view text, bool* value) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") {
    *value = true;
  } else if (text == "false" || text == "0" || text == "no" || text == "off" || text.empty()) {
    *value = false;
  } else {
    return MakeStatus(StatusCode::kInvalidArgument, "'" + std::string(text) + "' is not true or false");
  }
  return {};
}

/// The subcommand that was named last, or the program itself.
const CLI::App& Innermost(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? app : Innermost(*named.back());
}

/// What CLI11 found wrong, in our words. Words that a subcommand does not take are not repeated: a password
/// may be among them.
std::string ProblemOf(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) {
    const std::string what = error.what();
    return what.starts_with("A subcommand is required") ? "name one of its commands" : what;
  }
  const auto unknown = app.remaining(true);
  const CLI::App& command = Innermost(app);
  if (!unknown.empty() && unknown.front().starts_with('-')) {
    return "there is no option " + unknown.front().substr(0, unknown.front().find('='));
  }
  if (&command != &app) return "an argument too many";
  return unknown.empty() ? error.what() : "there is no command '" + unknown.front() + "'";
}

}  // namespace

struct Flags::Entry {
  Flag flag;
  std::string shown_default;
  bool is_switch = false;
  Setter set;
  std::string from_command_line;
  CLI::App* app = nullptr;  // What it was bound to.
  CLI::Option* option = nullptr;
};

Flags::Flags(std::string program, std::string purpose)
    : program_(std::move(program)), purpose_(std::move(purpose)) {}
Flags::~Flags() = default;

void Flags::AddCustom(Flag flag, std::string shown_default, Setter set) {
  auto entry = std::make_unique<Entry>();
  if (flag.variable.empty()) flag.variable = VariableOf(flag.name);
  entry->flag = std::move(flag);
  entry->shown_default = std::move(shown_default);
  entry->set = std::move(set);
  entries_.push_back(std::move(entry));
}

void Flags::AddAddress(Flag flag, std::string* value) {
  if (flag.value.empty()) flag.value = "HOST:PORT";
  AddCustom(std::move(flag), *value, [value](std::string_view text) -> Status {
    OOFGG_RETURN_IF_ERROR(ParseHostPort(text).status());
    *value = text;
    return {};
  });
}

void Flags::Add(Flag flag, std::string* value) {
  AddCustom(std::move(flag), *value, [value](std::string_view text) {
    *value = text;
    return Status();
  });
}

void Flags::Add(Flag flag, bool* value) {
  AddCustom(std::move(flag), *value ? "true" : "false",
            [value](std::string_view text) { return ParseBool(text, value); });
  entries_.back()->is_switch = true;
}

void Flags::Add(Flag flag, std::int64_t* value, std::int64_t least, std::int64_t most) {
  if (flag.value.empty()) flag.value = "N";
  AddCustom(std::move(flag), std::to_string(*value), [value, least, most](std::string_view text) -> Status {
    OOFGG_ASSIGN_OR_RETURN(const auto number, ParseInteger<std::int64_t>(text, least, most));
    *value = number;
    return {};
  });
}

void Flags::Add(Flag flag, std::chrono::milliseconds* value,
                std::optional<std::chrono::milliseconds> bare_unit) {
  if (flag.value.empty()) flag.value = "DURATION";
  AddCustom(std::move(flag), FormatDuration(*value), [value, bare_unit](std::string_view text) -> Status {
    OOFGG_ASSIGN_OR_RETURN(*value, ParseDuration(text, bare_unit));
    return {};
  });
}

void Flags::Add(Flag flag, std::chrono::milliseconds* value, std::chrono::milliseconds least,
                std::chrono::milliseconds most) {
  if (flag.value.empty()) flag.value = "DURATION";
  AddCustom(std::move(flag), FormatDuration(*value), [value, least, most](std::string_view text) -> Status {
    OOFGG_ASSIGN_OR_RETURN(const auto duration, ParseDuration(text, std::nullopt));
    if (duration < least || duration > most) {
      return MakeStatus(
          StatusCode::kInvalidArgument,
          "'" + std::string(text) + "' is not from " + FormatDuration(least) + " to " + FormatDuration(most));
    }
    *value = duration;
    return {};
  });
}

std::string Flags::HelpText(const Entry& entry) {
  const std::string shown = entry.shown_default.empty() ? "none" : entry.shown_default;
  return entry.flag.help + " (default: " + shown + ") [$" + entry.flag.variable + "]";
}

void Flags::Bind(CLI::App& app) {
  const bool is_program =
      std::all_of(entries_.begin(), entries_.end(), [](const auto& e) { return e->app == nullptr; });
  for (const auto& entry : entries_) {
    if (entry->app != nullptr) continue;
    entry->app = &app;
    std::string names = "--" + entry->flag.name;
    if (entry->flag.letter != 0) names += std::string(",-") + entry->flag.letter;
    entry->option = entry->is_switch ? app.add_flag(names) : app.add_option(names, entry->from_command_line);
    entry->option->description(HelpText(*entry))->take_last();
    if (!entry->is_switch) entry->option->type_name(entry->flag.value.empty() ? "TEXT" : entry->flag.value);
  }
  if (!is_program) return;
  // Subcommands that are added later have these from the program.
  app.formatter(std::make_shared<HelpFormatter>(TerminalWidth()));
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.add_option("--config", config_file_,
                 "VARIABLE=value lines, asked after the environment and .env (default: none) [$OOFGG_CONFIG]")
      ->type_name("FILE");
  app.set_version_flag("--version", app.get_name() + " " OOFGG_VERSION, "Print the version and exit");
}

Status Flags::Resolve() {
  if (config_file_.empty()) {
    if (const char* variable = std::getenv("OOFGG_CONFIG"); variable != nullptr) config_file_ = variable;
  }
  OOFGG_ASSIGN_OR_RETURN(const Config config, Config::Load({.config_file = config_file_, .environment = {}}));
  for (const auto& entry : entries_) {
    if (!entry->app->parsed()) continue;
    if (entry->option->count() > 0) {
      // A switch may be turned off again: `--json=false`.
      const std::string text = entry->is_switch ? entry->option->results().back() : entry->from_command_line;
      if (Status status = entry->set(text); !status.ok()) return Annotate(status, "--" + entry->flag.name);
    } else if (const auto value = config.Find(entry->flag.variable); value.has_value()) {
      if (Status status = entry->set(value->text); !status.ok()) {
        return Annotate(status, entry->flag.variable + " (" + value->origin + ")");
      }
    }
  }
  return {};
}

std::string Flags::config_file() const {
  return config_file_.empty() ? config_file_ : std::filesystem::absolute(config_file_).string();
}

std::optional<int> Flags::Parse(int argc, const char* const* argv) {
  CLI::App app(purpose_, program_);
  Bind(app);
  if (const auto done = ParseCommandLine(app, argc, argv)) return done;
  if (const Status status = Resolve(); !status.ok()) return Fail(program_, status, 2);
  return std::nullopt;
}

std::optional<int> ParseCommandLine(CLI::App& app, int argc, const char* const* argv) {
  std::vector<std::string> words(argv + (std::min)(argc, 1), argv + argc);
  if (!words.empty() && (words.front() == "help" || words.front() == "h")) {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::reverse(words.begin(), words.end());  // As CLI11 wants them.
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    const std::string message = ProblemOf(app, error) + "; see " + PathOf(Innermost(app)) + " --help";
    return Fail(app.get_name(), MakeStatus(StatusCode::kInvalidArgument, message), 2);
  }
  return std::nullopt;
}

std::string FormatDuration(std::chrono::milliseconds value) {
  constexpr std::pair<std::int64_t, const char*> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}};
  for (const auto& [unit, name] : kUnits) {
    if (value.count() != 0 && value.count() % unit == 0) return std::to_string(value.count() / unit) + name;
  }
  return std::to_string(value.count()) + "ms";
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
  }
  // The same controls once more, as UTF-8 encodes them (U+0080 to U+009F).
  for (std::size_t at = 0; (at = line.find('\xC2', at)) != std::string::npos; ++at) {
    if (at + 1 < line.size() && static_cast<unsigned char>(line[at + 1]) < 0xA0) line.replace(at, 2, " ");
  }
  return line;
}

int Fail(std::string_view program, const Status& status, int exit_status) {
  const std::string message = OneLine(std::string_view(status.message().data(), status.message().size()));
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(program.size()), program.data(), message.c_str());
  return exit_status;
}

}  // namespace oofgg::servers
