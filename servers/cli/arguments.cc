#include "servers/cli/arguments.h"

#include <CLI/CLI.hpp>

#include "oofgg/parse.h"
#include "servers/common/flags.h"

namespace oofgg::cli {
namespace {

/// `TEXT` names what is wrong; CLI11 puts the option's name before it.
template <typename T>
void Take(const StatusOr<T>& parsed, const std::string& name, T* value) {
  if (!parsed.ok()) throw CLI::ValidationError(name, std::string(parsed.status().message()));
  *value = *parsed;
}

}  // namespace

CLI::Option* AddInteger(CLI::App& command, const std::string& name, std::int64_t* value,
                        const std::string& help, std::int64_t least, std::int64_t most) {
  const auto take = [=](const std::string& text) {
    Take(ParseInteger<std::int64_t>(text, least, most), name, value);
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("N");
}

CLI::Option* AddDuration(CLI::App& command, const std::string& name, std::chrono::milliseconds* value,
                         const std::string& help, std::chrono::milliseconds most,
                         std::chrono::milliseconds least) {
  const auto take = [=](const std::string& text) {
    const auto parsed = ParseDuration(text);
    if (parsed.ok() && *parsed > most) {
      throw CLI::ValidationError(name, "must be at most " + servers::FormatDuration(most));
    }
    if (parsed.ok() && *parsed < least) {
      throw CLI::ValidationError(
          name, "must be at least " + servers::FormatDuration(least) + "; leave it out for no end");
    }
    Take(parsed, name, value);
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("DURATION");
}

CLI::Option* AddAddress(CLI::App& command, const std::string& name, std::string* value,
                        const std::string& help) {
  const auto take = [=](const std::string& text) {
    const auto parsed = ParseHostPort(text);
    Take(parsed.ok() ? StatusOr<std::string>(text) : parsed.status(), name, value);
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("HOST:PORT");
}

CLI::Option* AddText(CLI::App& command, const std::string& name, std::string* value,
                     const std::string& help) {
  return command.add_option(name, *value, help)->type_name("TEXT");
}

CLI::Option* AddPositional(CLI::App& command, const std::string& name, std::string* value,
                           const std::string& help) {
  return command.add_option(name, *value, help)->required();
}

void AddOperatorOptions(CLI::App& command, OperatorKeys& keys) {
  command
      .add_option(
          "--keys", keys.directory,
          "Act as the operator, by the keys of oofgg-auth in this directory (default: as who is signed in)")
      ->type_name("DIR");
  AddText(command, "--issuer", &keys.issuer, "With --keys, the --issuer of oofgg-auth (default: oofgg-auth)");
}

void AddWatchOptions(CLI::App& command, WatchOptions& options) {
  AddInteger(command, "--count", &options.count, "Stop after so many lines (default: never)", 1,
             1'000'000'000);
  AddDuration(command, "--for", &options.patience, "Stop after this long, such as 30s (default: never)");
}

}  // namespace oofgg::cli
