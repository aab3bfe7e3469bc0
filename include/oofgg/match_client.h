#pragma once

#include <functional>
#include <memory>
#include <string>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/game.h"
#include "oofgg/model/match_history.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// What was played. Errors, threads and lifetime as of Client.
class MatchClient {
 public:
  explicit MatchClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// The matches of the caller, newest end first. kPermissionDenied: those of others are for servers and
  /// admins.
  StatusOr<MatchesPage> List(const ListMatchesRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call List(const ListMatchesRequest& request,
                          std::function<void(StatusOr<MatchesPage>)> on_done,
                          const CallOptions& options = {});

  /// kNotFound: no such match, or it is not over yet.
  StatusOr<PlayedMatch> Get(const GetMatchRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call Get(const GetMatchRequest& request, std::function<void(StatusOr<PlayedMatch>)> on_done,
                         const CallOptions& options = {});

  /// Finishes a session and says how the match in it came out, for its host, its game server and admins.
  /// Once: kFailedPrecondition (reason SESSION_OVER), it is over already. kInvalidArgument: what is said
  /// makes more than 64 attributes of the session, those that it has among them; say what holds for a whole
  /// team of the team.
  StatusOr<Session> Finish(const std::string& session_id, const MatchReport& report,
                           const CallOptions& options = {});
  [[nodiscard]] Call Finish(const std::string& session_id, const MatchReport& report,
                            std::function<void(StatusOr<Session>)> on_done, const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
