#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/parse.h"
#include "oofgg/status.h"

namespace oofgg {

/// A setting and where it was found, for error messages that a user can act on.
struct ConfigValue {
  std::string text;
  std::string origin;  ///< `environment`, or `FILE:LINE`.
};

/// The settings of a server, by the name of their environment variable. The nearest layer wins: environment,
/// then the `.env` file, then the configuration file; flags beat them all and are bound by the servers. An
/// empty value counts as not set, as a compose file leaves it for a variable it does not have.
///
/// Both files hold `NAME=VALUE` lines: white space around name and value is dropped, as is one pair of
/// matching quotes; an `export ` in front is allowed; lines that begin with `#` are comments; of two lines
/// with the same name the later one wins. Unknown names are left alone, since `.env` is shared with other
/// tools. Threads: safe once loaded, as long as nobody changes the environment.
class Config {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  struct Sources {
    std::string config_file;           ///< The value of `--config`; must exist. Empty: none.
    std::string dotenv_file = ".env";  ///< Read if it exists. Empty: none.
    Environment environment;           ///< Empty: that of this process.
  };

  /// Errors: kNotFound or kPermissionDenied for a file that cannot be read, kInvalidArgument for a malformed
  /// line; each names the file and never a value, which may be a secret.
  [[nodiscard]] static StatusOr<Config> Load(Sources sources);

  /// The setting `name`, from the nearest layer that has it.
  [[nodiscard]] std::optional<ConfigValue> Find(const std::string& name) const;

 private:
  using Layer = std::map<std::string, ConfigValue>;

  Environment environment_;
  std::vector<Layer> files_;  // The nearest first.
};

}  // namespace oofgg
