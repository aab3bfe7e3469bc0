#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

namespace CLI {
class App;
}

namespace oofgg::servers {

/// The settings of one program. Each has a flag, an environment variable and a default; the nearest
/// wins: flag, environment, `.env` in the working directory, `--config FILE`, default.
///
/// Threads: one owner. The variables bound with `Add` must outlive `Parse`.
class Flags {
 public:
  using Setter = std::function<Status(std::string_view value)>;

  struct Flag {
    std::string name;           ///< Without dashes: `ops-listen`.
    std::string help;           ///< What it does; the line goes on with default and variable.
    std::string variable = {};  ///< Empty: `OOFGG_` and the name in capitals.
    char letter = 0;            ///< One-letter form, or 0.
    std::string value = {};     ///< What the help calls the value, such as `FILE`; empty: by its type.
  };

  Flags(std::string program, std::string purpose);
  ~Flags();

  void Add(Flag flag, std::string* value);
  /// `HOST:PORT`, checked.
  void AddAddress(Flag flag, std::string* value);
  void Add(Flag flag, bool* value);
  void Add(Flag flag, std::int64_t* value, std::int64_t least = 0,
           std::int64_t most = std::numeric_limits<std::int64_t>::max());
  /// Durations: `15m`, `500ms`, `30d`. A bare number is taken in `bare_unit`, if there is one.
  void Add(Flag flag, std::chrono::milliseconds* value,
           std::optional<std::chrono::milliseconds> bare_unit = std::nullopt);
  /// The same from `least` to `most`; the error names both.
  void Add(Flag flag, std::chrono::milliseconds* value, std::chrono::milliseconds least,
           std::chrono::milliseconds most);
  /// Anything else: `set` checks and stores; `shown_default` appears in the help.
  void AddCustom(Flag flag, std::string shown_default, Setter set);

  /// Reads the settings of this process. Nothing: run. Otherwise end with that exit status: 0 after
  /// help or version on stdout, 2 after one line on stderr that says what is wrong.
  [[nodiscard]] std::optional<int> Parse(int argc, const char* const* argv);

  /// The two halves of `Parse`, for a program with subcommands. `Bind` adds to `app` the flags added since
  /// the last `Bind`, and to the first one, the program itself, `--config` and `--version` too.
  void Bind(CLI::App& app);
  /// Once the command line was parsed: checks it and fills in the other layers. Flags of a subcommand that
  /// was not named keep their defaults.
  [[nodiscard]] Status Resolve();
  /// The file of `--config`, absolute; empty if there is none.
  [[nodiscard]] std::string config_file() const;

 private:
  struct Entry;
  [[nodiscard]] static std::string HelpText(const Entry& entry);

  std::string program_;
  std::string purpose_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::string config_file_;
};

/// Parses with CLI11 and turns its exceptions into what `Flags::Parse` returns. `help` and `h`, alone or with
/// a subcommand behind, work like `--help`.
[[nodiscard]] std::optional<int> ParseCommandLine(CLI::App& app, int argc, const char* const* argv);

/// A word of text as `ParseDuration` reads it: the largest unit that is whole.
[[nodiscard]] std::string FormatDuration(std::chrono::milliseconds value);

/// `text` on one line, with what a terminal would obey taken out: part of it may come from elsewhere.
[[nodiscard]] std::string OneLine(std::string_view text);

/// Prints `program: message` on stderr, on one line, and gives `exit_status`, for the last line of a `main`.
int Fail(std::string_view program, const Status& status, int exit_status = 1);

}  // namespace oofgg::servers
