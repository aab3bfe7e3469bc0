#pragma once

#include <cstdint>
#include <string>

#include "game/entity_store.h"
#include "game/event_allowance.h"
#include "game/session_access.h"
#include "game/session_events.h"
#include "game/session_store.h"
#include "game/session_turns.h"
#include "oofgg/caller.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

/// The things in a session that all its members see. Whoever controls one writes it: a player their own, the
/// session's host and servers the others. Each change is told on the session's stream (SessionEvents).
/// Threads: safe; methods block on the store. Errors besides those named: kUnauthenticated without a caller,
/// kPermissionDenied, kInvalidArgument, kUnavailable, kNotFound (no such session), kFailedPrecondition with
/// reason SESSION_OVER; for a change, kResourceExhausted with a delay (EventAllowance).
class EntityFacade {
 public:
  struct Parts {
    SessionStore& sessions;
    EntityStore& entities;
    SessionEvents& events;
    EventAllowance& allowance;
    SessionTurns& turns;
    UuidGenerator& ids;
  };

  explicit EntityFacade(const Parts& parts) : parts_(parts) {}

  /// Idempotent under an idempotency key. kResourceExhausted: the session has kMaxEntities already.
  StatusOr<Entity> CreateEntity(const CallContext& context, const CreateEntityRequest& request);

  /// One entity, or without an id all of the session. kNotFound: no such entity.
  StatusOr<Entities> GetEntity(const CallContext& context, const GetEntityRequest& request);

  /// kNotFound: no such entity. kAborted: it is no longer the version that the request names, or others kept
  /// writing at the same time.
  StatusOr<Entity> UpdateEntity(const CallContext& context, const UpdateEntityRequest& request);

  /// The entity as it last was; only its ids if it was gone already.
  StatusOr<Entity> DeleteEntity(const CallContext& context, const DeleteEntityRequest& request);

 private:
  StatusOr<SessionRecord> FindLive(const CallContext& context, const std::string& session_id,
                                   const std::string& game_id);
  Status CheckStillThere(const Entity& entity);
  static Status AuthorizeWrite(const CallContext& context, const SessionRecord& session,
                               const Entity& entity);

  const Parts parts_;
};

}  // namespace oofgg::game
