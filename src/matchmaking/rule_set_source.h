#pragma once

#include <memory>
#include <string_view>

#include "oofgg/matchmaking/rule_set.h"
#include "oofgg/status.h"

namespace oofgg::matchmaking {

/// Which rules a game is matched by. Threads: safe. Must answer from memory, and never call back.
class RuleSetSource {
 public:
  virtual ~RuleSetSource() = default;

  /// The rules in force now; tickets that wait already keep those they were judged by. kNotFound where a
  /// game has none and there is no default.
  [[nodiscard]] virtual StatusOr<std::shared_ptr<const RuleSet>> Find(std::string_view game_id) const = 0;
};

}  // namespace oofgg::matchmaking
