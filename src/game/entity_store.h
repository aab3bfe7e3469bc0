#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// The entities of sessions; `Entity::version` is the store's own. They live as long as their session's row
/// (`SessionStore`) and go with it. What returned OK survives the process, where the implementation lasts at
/// all.
/// Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be used now.
class EntityStore {
 public:
  virtual ~EntityStore() = default;

  /// Stores a new entity as version 1, or returns the one that the same key made before.
  /// kNotFound: no such session, or what the key made before is gone. kResourceExhausted: the session has
  /// `max_in_session` entities. kAlreadyExists: the id is taken. kInvalidArgument: the key was used for a
  /// different request.
  virtual StatusOr<Entity> CreateEntity(const Entity& entity, const CreationKey& key,
                                        std::uint32_t max_in_session) = 0;

  /// kNotFound: no such entity in this session.
  virtual StatusOr<Entity> FindEntity(std::string_view session_id, std::string_view id) = 0;

  /// All of the session, in order of id.
  virtual StatusOr<std::vector<Entity>> ListEntities(std::string_view session_id) = 0;

  /// Replaces the entity and adds 1 to its version; returns it as it now is. kAborted: `entity.version` is
  /// not the stored one, so somebody else wrote in between. kNotFound: no such entity in this session.
  virtual StatusOr<Entity> UpdateEntity(const Entity& entity) = 0;

  /// Forgets the entity. False: there was none.
  virtual StatusOr<bool> EraseEntity(std::string_view session_id, std::string_view id) = 0;

  /// Forgets creation keys by age. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
