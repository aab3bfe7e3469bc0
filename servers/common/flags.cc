#include "servers/common/flags.h"

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "oofgg/config.h"
#include "oofgg/parse.h"
#include "oofgg/version.h"

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

/// As `ParseDuration` reads it, in the largest unit that is whole.
std::string FormatDuration(std::chrono::milliseconds value) {
  constexpr std::pair<std::int64_t, const char*> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}};
  for (const auto& [unit, name] : kUnits) {
    if (value.count() != 0 && value.count() % unit == 0) return std::to_string(value.count() / unit) + name;
  }
  return std::to_string(value.count()) + "ms";
}

/// What CLI11 says, on one line and without its advice about --help.
std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

struct Flags::Entry {
  Flag flag;
  std::string shown_default;
  bool is_switch = false;
  Setter set;
  std::string from_command_line;
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
  AddCustom(std::move(flag), std::to_string(*value), [value, least, most](std::string_view text) -> Status {
    OOFGG_ASSIGN_OR_RETURN(const auto number, ParseInteger<std::int64_t>(text, least, most));
    *value = number;
    return {};
  });
}

void Flags::Add(Flag flag, std::chrono::milliseconds* value,
                std::optional<std::chrono::milliseconds> bare_unit) {
  AddCustom(std::move(flag), FormatDuration(*value), [value, bare_unit](std::string_view text) -> Status {
    OOFGG_ASSIGN_OR_RETURN(*value, ParseDuration(text, bare_unit));
    return {};
  });
}

std::string Flags::HelpText(const Entry& entry) {
  const std::string shown = entry.shown_default.empty() ? "none" : entry.shown_default;
  return entry.flag.help + " (default: " + shown + ") [$" + entry.flag.variable + "]";
}

void Flags::Bind(CLI::App& app) {
  for (const auto& entry : entries_) {
    std::string names = "--" + entry->flag.name;
    if (entry->flag.letter != 0) names += std::string(",-") + entry->flag.letter;
    entry->option = entry->is_switch ? app.add_flag(names) : app.add_option(names, entry->from_command_line);
    entry->option->description(HelpText(*entry))->take_last();
  }
  app.add_option("--config", config_file_,
                 "File of VARIABLE=value lines, asked after the environment and .env (default: none) "
                 "[$OOFGG_CONFIG]");
  app.set_version_flag("--version", app.get_name() + " " OOFGG_VERSION);
}

Status Flags::Resolve() {
  if (config_file_.empty()) {
    if (const char* variable = std::getenv("OOFGG_CONFIG"); variable != nullptr) config_file_ = variable;
  }
  OOFGG_ASSIGN_OR_RETURN(const Config config, Config::Load({.config_file = config_file_, .environment = {}}));
  for (const auto& entry : entries_) {
    if (entry->option->count() > 0) {
      if (Status status = entry->set(entry->is_switch ? "true" : entry->from_command_line); !status.ok()) {
        return Annotate(status, "--" + entry->flag.name);
      }
    } else if (const auto value = config.Find(entry->flag.variable); value.has_value()) {
      if (Status status = entry->set(value->text); !status.ok()) {
        return Annotate(status, entry->flag.variable + " (" + value->origin + ")");
      }
    }
  }
  return {};
}

std::optional<int> Flags::Parse(int argc, const char* const* argv) {
  CLI::App app(purpose_, program_);
  Bind(app);
  if (const auto done = ParseCommandLine(app, argc, argv)) return done;
  if (const Status status = Resolve(); !status.ok()) return Fail(program_, status, 2);
  return std::nullopt;
}

std::optional<int> ParseCommandLine(CLI::App& app, int argc, const char* const* argv) {
  bool help_word = false;
  for (const char* word : {"help", "h"}) {
    app.add_subcommand(word, "")->group("")->callback([&help_word] { help_word = true; });
  }
  try {
    app.parse(argc, argv);
    if (help_word) throw CLI::CallForHelp();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    const auto message = FirstLine(error.what()) + " (see --help)";
    return Fail(app.get_name(), MakeStatus(StatusCode::kInvalidArgument, message), 2);
  }
  return std::nullopt;
}

int Fail(std::string_view program, const Status& status, int exit_status) {
  const std::string message(status.message().data(), status.message().size());
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(program.size()), program.data(), message.c_str());
  return exit_status;
}

}  // namespace oofgg::servers
