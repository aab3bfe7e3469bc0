#include "oofgg/match_client.h"

#include "base/match_attributes.h"
#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

namespace {

UpdateSessionRequest FinishBy(const std::string& session_id, const MatchReport& report) {
  UpdateSessionRequest request{.id = session_id};
  request.state = SessionState::kFinished;
  request.attributes = base::AttributesOf(report);
  return request;
}

}  // namespace

StatusOr<MatchesPage> MatchClient::List(const ListMatchesRequest& request, const CallOptions& options) {
  return Block<methods::ListMatches>(core_, request, options);
}

Call MatchClient::List(const ListMatchesRequest& request, std::function<void(StatusOr<MatchesPage>)> on_done,
                       const CallOptions& options) {
  return CallBack<methods::ListMatches>(core_, request, std::move(on_done), options);
}

StatusOr<PlayedMatch> MatchClient::Get(const GetMatchRequest& request, const CallOptions& options) {
  return Block<methods::GetMatch>(core_, request, options);
}

Call MatchClient::Get(const GetMatchRequest& request, std::function<void(StatusOr<PlayedMatch>)> on_done,
                      const CallOptions& options) {
  return CallBack<methods::GetMatch>(core_, request, std::move(on_done), options);
}

StatusOr<Session> MatchClient::Finish(const std::string& session_id, const MatchReport& report,
                                      const CallOptions& options) {
  return Block<methods::UpdateSession>(core_, FinishBy(session_id, report), options);
}

Call MatchClient::Finish(const std::string& session_id, const MatchReport& report,
                         std::function<void(StatusOr<Session>)> on_done, const CallOptions& options) {
  return CallBack<methods::UpdateSession>(core_, FinishBy(session_id, report), std::move(on_done), options);
}

}  // namespace oofgg
