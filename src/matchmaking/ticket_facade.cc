#include "matchmaking/ticket_facade.h"

#include <utility>

#include "matchmaking/ticket_desk.h"
#include "matchmaking/ticket_request.h"
#include "matchmaking/ticket_watch.h"

namespace oofgg::matchmaking {
namespace {

StatusOr<Viewer> ViewerOf(const CallContext& context) {
  if (!context.caller.has_value())
    return MakeStatus(StatusCode::kUnauthenticated, "sign in to look for a match");
  const Caller& caller = *context.caller;
  return Viewer{caller.user_id, caller.role == "admin" || caller.role == "service", caller.game_id};
}

}  // namespace

MatchmakingFacade::MatchmakingFacade(const MatchmakingParts& parts, const MatchmakingOptions& options)
    : desk_(std::make_shared<TicketDesk>(parts, options)) {}

MatchmakingFacade::~MatchmakingFacade() { desk_->Close(); }

StatusOr<Ticket> MatchmakingFacade::CreateTicket(const CallContext& context,
                                                 const CreateTicketRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const Viewer viewer, ViewerOf(context));
  if (context.idempotency_key.size() > kMaxIdBytes) {
    return InvalidField("idempotency-key", "is " + std::to_string(context.idempotency_key.size()) +
                                               " bytes; " + std::to_string(kMaxIdBytes) + " at most");
  }
  OOFGG_ASSIGN_OR_RETURN(CreateTicketRequest checked,
                         CheckRequest(request, viewer.user_id, viewer.Manages(request.game_id)));
  return desk_->Create(viewer, context.idempotency_key, std::move(checked));
}

StatusOr<Ticket> MatchmakingFacade::GetTicket(const CallContext& context, const TicketId& request) {
  OOFGG_ASSIGN_OR_RETURN(const Viewer viewer, ViewerOf(context));
  return desk_->Get(viewer, request.id);
}

StatusOr<Ticket> MatchmakingFacade::CancelTicket(const CallContext& context, const TicketId& request) {
  OOFGG_ASSIGN_OR_RETURN(const Viewer viewer, ViewerOf(context));
  return desk_->Cancel(viewer, request.id);
}

TicketCounts MatchmakingFacade::counts() const { return desk_->counts(); }

void MatchmakingFacade::ForgetPlayer(const std::string& id) { desk_->CancelOf(id); }

StatusOr<StreamHandlerPtr<TicketId, Ticket>> MatchmakingFacade::WatchTicket(
    const CallContext& context, const TicketId& request, std::shared_ptr<StreamHost> host) {
  OOFGG_ASSIGN_OR_RETURN(const Viewer viewer, ViewerOf(context));
  OOFGG_ASSIGN_OR_RETURN(const std::uint64_t watch, desk_->OpenWatch(viewer, request.id, host));
  host->Wake();
  return std::make_shared<TicketWatch>(desk_, viewer.user_id, request.id, watch, std::move(host));
}

}  // namespace oofgg::matchmaking
