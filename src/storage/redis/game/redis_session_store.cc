#include "storage/redis/game/redis_session_store.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "storage/redis/game/creation.h"
#include "storage/redis/game/row_keys.h"
#include "storage/redis/game/rows.h"
#include "storage/redis/game/session_scripts.h"

namespace oofgg::storage {
namespace {

using game::SessionRecord;

/// Of a long list, so that Redis is never long at one, nor an answer too long.
constexpr std::size_t kRowsAtOnce = 200;

Status NoSuchSession(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(id));
}

/// {id, row, id, row, …}
StatusOr<std::vector<SessionRecord>> SessionsIn(const RedisReply& reply) {
  std::vector<SessionRecord> sessions;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    OOFGG_ASSIGN_OR_RETURN(SessionRecord session,
                           SessionOf(reply.elements[i].text, reply.elements[i + 1].text));
    sessions.push_back(std::move(session));
  }
  return sessions;
}

}  // namespace

StatusOr<RedisReply> RedisSessionStore::Run(const RedisScript& script,
                                            std::vector<std::string> arguments) const {
  return link_.Run(script,
                   {.keys = row_keys::OfSessions(), .arguments = std::move(arguments), .idempotent = true});
}

StatusOr<SessionRecord> RedisSessionStore::CreateSession(const SessionRecord& session,
                                                         const game::CreationKey& key,
                                                         std::uint32_t max_live) {
  const std::string mark = link_.NewMark();
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      Run(session_scripts::Create(), {session.id, FirstRow(mark, BodyOf(session)), NameOf(key),
                                      std::to_string(key.fingerprint), std::to_string(max_live), mark}));
  OOFGG_ASSIGN_OR_RETURN(const RowCreation creation, RowCreationIn(reply, key));
  if (creation.outcome == "before") return SessionOf(creation.made, creation.row.value_or(""));
  if (creation.outcome == "taken") {
    return MakeStatus(StatusCode::kAlreadyExists, "there is a session " + session.id);
  }
  if (creation.outcome == "placed") {
    return MakeStatus(StatusCode::kAlreadyExists, "the player is in the queue of this game already");
  }
  if (creation.outcome == "full") {
    return MakeStatus(StatusCode::kResourceExhausted, "the game has all the sessions it may have");
  }
  SessionRecord made = session;
  made.version = 1;
  return made;
}

StatusOr<SessionRecord> RedisSessionStore::FindSession(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply row,
                         link_.Call(RedisCommand({"HGET", row_keys::kSessions, id}).Idempotent()));
  if (row.is_nil()) return NoSuchSession(id);
  return SessionOf(id, row.text);
}

StatusOr<SessionRecord> RedisSessionStore::UpdateSession(const SessionRecord& session) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply outcome,
                         Run(session_scripts::Update(), {session.id, std::to_string(session.version),
                                                         link_.NewMark(), BodyOf(session)}));
  if (outcome.text == "gone") return NoSuchSession(session.id);
  if (outcome.text != "written") {
    return MakeStatus(StatusCode::kAborted, "session " + session.id + " was written at the same time");
  }
  SessionRecord written = session;
  ++written.version;
  return written;
}

StatusOr<SessionRecord> RedisSessionStore::FindActive(std::string_view user_id, std::string_view game_id) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(session_scripts::FindActive(), {std::string(user_id), std::string(game_id)}));
  OOFGG_ASSIGN_OR_RETURN(std::vector<SessionRecord> found, SessionsIn(reply));
  if (!found.empty()) return std::move(found.front());
  return MakeStatus(StatusCode::kNotFound, "the player is in no session of game " + std::string(game_id));
}

StatusOr<std::vector<SessionRecord>> RedisSessionStore::ListSessions(std::string_view game_id,
                                                                     std::string_view user_id,
                                                                     std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(session_scripts::ListSessions(),
                             {std::string(game_id), std::string(user_id), std::to_string(limit)}));
  return SessionsIn(reply);
}

StatusOr<std::vector<SessionRecord>> RedisSessionStore::ListById(std::string_view what, std::string after,
                                                                 std::size_t limit) const {
  std::vector<SessionRecord> listed;
  while (listed.size() < limit) {
    const std::size_t count = std::min(kRowsAtOnce, limit - listed.size());
    OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(session_scripts::ListById(),
                                                       {std::string(what), after, std::to_string(count)}));
    OOFGG_ASSIGN_OR_RETURN(std::vector<SessionRecord> page, SessionsIn(reply));
    const bool is_last = page.size() < count;
    std::move(page.begin(), page.end(), std::back_inserter(listed));
    if (is_last) break;
    after = listed.back().id;
  }
  return listed;
}

StatusOr<std::vector<SessionRecord>> RedisSessionStore::ListRunning(std::string_view after,
                                                                    std::size_t limit) {
  return ListById("running", std::string(after), limit);
}

StatusOr<std::vector<SessionRecord>> RedisSessionStore::ListQueued() {
  return ListById("queued", "", std::numeric_limits<std::size_t>::max());
}

StatusOr<std::vector<SessionRecord>> RedisSessionStore::ListSessionsOf(std::string_view user_id,
                                                                       std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(session_scripts::ListSessionsOf(),
                                                     {std::string(user_id), std::to_string(limit)}));
  return SessionsIn(reply);
}

Status RedisSessionStore::EraseSession(std::string_view id) {
  return Run(session_scripts::Erase(), {std::string(id)}).status();
}

// Repeated it leaves out a number, which is as good.
StatusOr<std::uint64_t> RedisSessionStore::NextStreamRun(std::string_view session_id) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(session_scripts::NextStreamRun(), {std::string(session_id)}));
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t run, reply.AsInteger());
  if (run < 0) return NoSuchSession(session_id);
  return static_cast<std::uint64_t>(run);
}

StatusOr<bool> RedisSessionStore::Purge(const game::Sweep& sweep) {
  return MoreIn(Run(session_scripts::Purge(), PurgeArguments(sweep)));
}

}  // namespace oofgg::storage
