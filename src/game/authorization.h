#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "oofgg/caller.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// What a caller may be allowed to do here. One row each in docs/authorization.md.
enum class Act : std::uint8_t {
  kReadPlayer,
  kWritePlayer,
  kSetPlayerRole,
  kCreateGame,
  kReadGame,
  kUpdateGame,
  kCreateSession,
  kReadSession,
  kUpdateSession,
  kDeleteSession,
  kJoinSession,
  kLeaveSession,
  kQueue,
  kReadEntities,
  kWriteOwnEntity,
  kWriteEntity,
  kStreamEvents,
  kHostEvents,
  kHearGlobalEvents,
  kSendGlobalEvents,
  kSubmitScore,
  kSubmitServerScore,
  kReadScores,
  kListMatches,
  kReadMatch,
};

/// How the caller stands to what the call is about.
struct Relation {
  bool self = false;    ///< The caller's own: profile, score, game or session made, place in the queue and
                        ///< what it became.
  bool member = false;  ///< The caller is in the session, or was in the match.
  bool open = false;    ///< A session that a player made and that has not started.
  std::string_view game_id{};  ///< Which the call is about, for services that may act for one game only.
};

/// A row of the table: who may. Each column is enough by itself.
struct Permission {
  Act act;
  std::string_view name;  ///< As docs/authorization.md has it.
  bool anyone;            ///< Any signed-in caller.
  bool self;
  bool member;
  bool open;
  bool developer;
  bool admin;
  bool service;
};

/// The whole table, in the order of `Act`.
[[nodiscard]] std::span<const Permission> Permissions();

/// Neither a server nor an admin: the limits of one person hold.
[[nodiscard]] bool IsPlayer(const Caller& caller);

/// The one place that decides who may do what. kUnauthenticated: no caller. kPermissionDenied: not this one.
[[nodiscard]] Status Authorize(const CallContext& context, Act act, Relation relation = {});

}  // namespace oofgg::game
