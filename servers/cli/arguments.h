#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "servers/cli/operator_token.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace oofgg::cli {

/// Options and positionals of subcommands whose values are checked while the command line is read, so that a
/// wrong one ends the program with status 2 and says what is right. `name` as CLI11 wants it: `--for`, or
/// `value`.
CLI::Option* AddInteger(CLI::App& command, const std::string& name, std::int64_t* value,
                        const std::string& help,
                        std::int64_t least = (std::numeric_limits<std::int64_t>::min)(),
                        std::int64_t most = (std::numeric_limits<std::int64_t>::max)());
CLI::Option* AddDuration(CLI::App& command, const std::string& name, std::chrono::milliseconds* value,
                         const std::string& help,
                         std::chrono::milliseconds most = (std::chrono::milliseconds::max)(),
                         std::chrono::milliseconds least = std::chrono::milliseconds(0));
CLI::Option* AddAddress(CLI::App& command, const std::string& name, std::string* value,
                        const std::string& help);
CLI::Option* AddText(CLI::App& command, const std::string& name, std::string* value, const std::string& help);

/// The same, and must be given. Shown in capitals: `GAME`.
CLI::Option* AddPositional(CLI::App& command, const std::string& name, std::string* value,
                           const std::string& help);

/// `--keys` and `--issuer`, for admins' commands; see Context::admin_client.
void AddOperatorOptions(CLI::App& command, OperatorKeys& keys);

/// What a command that watches is told.
struct WatchOptions {
  std::int64_t count = 0;                ///< Stop after so many; 0: never.
  std::chrono::milliseconds patience{};  ///< Stop after so long; 0: never.
};
void AddWatchOptions(CLI::App& command, WatchOptions& options);

}  // namespace oofgg::cli
