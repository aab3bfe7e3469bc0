#pragma once

#include <absl/functional/function_ref.h>

#include <optional>
#include <string_view>

#include "game/authorization.h"
#include "game/session_store.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// The id of the session whose stream carries global events. It is no one's to name: `ResolveSession` does
/// not find it, and no id that is given out looks like it.
inline constexpr std::string_view kGlobalSessionId = "oofgg:global";

/// Makes the row of that session unless it is there.
Status EnsureGlobalSession(SessionStore& sessions);

/// A session as one player means it.
struct ResolvedSession {
  SessionRecord record;
  bool by_alias = false;  ///< Named by the place in the queue that became it.
};

/// The session that `id` means for `user_id`: their place in the queue means the match it became.
/// kNotFound: no such session, or somebody else's place.
StatusOr<ResolvedSession> ResolveSession(SessionStore& sessions, std::string_view user_id,
                                         std::string_view id);

/// What `ResolveSession` would tell of a session that is named by its own id, if that is known without
/// waiting.
std::optional<ResolvedSession> ResolveAtHand(SessionStore& sessions, std::string_view id);

[[nodiscard]] bool IsMember(const SessionRecord& record, std::string_view user_id);

/// Takes the player out. If they were its host, the member who has been there longest becomes it; if they
/// were the last, the session is finished. False: they were not in it.
bool RemoveMember(SessionRecord& record, std::string_view user_id);

/// How the player stands to the session.
[[nodiscard]] Relation RelationTo(const ResolvedSession& session, std::string_view user_id);

/// The session as `viewer` is shown it: under the id they know it by, with their own join ticket and nobody
/// else's.
[[nodiscard]] Session ViewOf(const SessionRecord& record, std::string_view id, std::string_view viewer);

/// Changes a session by `change`, again if somebody else wrote in between, and returns it as it then is.
/// `change` says whether there is anything to write; its error ends the attempt. `version`: as of
/// RetryOnConflict.
StatusOr<SessionRecord> ModifySession(SessionStore& sessions, std::string_view id,
                                      absl::FunctionRef<StatusOr<bool>(SessionRecord&)> change,
                                      std::int64_t version = 0);

// Attributes that only the server sets.
inline constexpr std::string_view kAddressAttribute = "address";
inline constexpr std::string_view kJoinTicketAttribute = "join_ticket";
inline constexpr std::string_view kMatchIdAttribute = "match_id";
inline constexpr std::string_view kErrorAttribute = "error";

[[nodiscard]] bool IsServerAttribute(std::string_view key);

}  // namespace oofgg::game
