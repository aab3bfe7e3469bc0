#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "matchmaking/rule_set_source.h"

namespace oofgg::matchmaking {

/// Rule sets as files: `<game id>.json`, and `default.json` for all other games. Without that file the
/// default is one against one, whoever comes. Read once; no client's word ever becomes a path.
class RuleDirectory final : public RuleSetSource {
 public:
  /// The built-in default for every game.
  RuleDirectory();

  /// Reads all `*.json` of a directory. The first fault ends it, naming file, member and line:
  /// kInvalidArgument for a rule set, kNotFound or kUnavailable where the file system refuses.
  [[nodiscard]] static StatusOr<std::unique_ptr<RuleDirectory>> Load(const std::filesystem::path& directory);

  [[nodiscard]] StatusOr<std::shared_ptr<const RuleSet>> Find(std::string_view game_id) const override;

 private:
  Status LoadFile(const std::filesystem::path& file);

  std::shared_ptr<const RuleSet> default_;
  std::map<std::string, std::shared_ptr<const RuleSet>, std::less<>> by_game_;
};

}  // namespace oofgg::matchmaking
