#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/status.h"

namespace oofgg::storage {

/// What was made under which idempotency key. Under its owner's lock.
template <typename Id>
class CreationKeys {
 public:
  /// What the key made before, or null. kInvalidArgument: by another request.
  StatusOr<const Id*> Find(const game::CreationKey& key) const {
    const auto found = key.key.empty() ? made_.end() : made_.find({key.creator, key.key});
    if (found == made_.end()) return nullptr;
    OOFGG_RETURN_IF_ERROR(game::CheckSameRequest(found->second.fingerprint, key));
    return &found->second.id;
  }

  void Remember(const game::CreationKey& key, Id id) {
    if (!key.key.empty()) made_[{key.creator, key.key}] = Made{key.fingerprint, std::move(id), std::nullopt};
  }

  /// As the stores' `Purge`; all at once, since nothing here takes long.
  void Purge(const game::Sweep& sweep) {
    for (auto& [name, made] : made_) {
      if (!made.noticed.has_value()) made.noticed = sweep.now;
    }
    std::erase_if(made_, [&](const auto& entry) { return *entry.second.noticed + sweep.keep <= sweep.now; });
  }

 private:
  struct Made {
    std::int64_t fingerprint;
    Id id;
    std::optional<WallTime> noticed;
  };
  std::map<std::pair<std::string, std::string>, Made> made_;
};

}  // namespace oofgg::storage
