#include "oofgg/matchmaking_client.h"

#include "client/latest_feed.h"
#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

StatusOr<Ticket> MatchmakingClient::CreateTicket(const CreateTicketRequest& request,
                                                 const CallOptions& options) {
  return Block<methods::CreateTicket>(core_, request, options);
}

Call MatchmakingClient::CreateTicket(const CreateTicketRequest& request, OnTicket on_done,
                                     const CallOptions& options) {
  return CallBack<methods::CreateTicket>(core_, request, std::move(on_done), options);
}

StatusOr<Ticket> MatchmakingClient::GetTicket(const TicketId& request, const CallOptions& options) {
  return Block<methods::GetTicket>(core_, request, options);
}

Call MatchmakingClient::GetTicket(const TicketId& request, OnTicket on_done, const CallOptions& options) {
  return CallBack<methods::GetTicket>(core_, request, std::move(on_done), options);
}

StatusOr<Ticket> MatchmakingClient::CancelTicket(const TicketId& request, const CallOptions& options) {
  return Block<methods::CancelTicket>(core_, request, options);
}

Call MatchmakingClient::CancelTicket(const TicketId& request, OnTicket on_done, const CallOptions& options) {
  return CallBack<methods::CancelTicket>(core_, request, std::move(on_done), options);
}

namespace {

bool IsFinal(const Ticket& ticket) {
  return ticket.state != TicketState::kWaiting && ticket.state != TicketState::kMatched;
}

}  // namespace

Call MatchmakingClient::WatchTicket(const TicketId& request, OnTicket on_ticket) {
  return internal::WatchLatest<methods::WatchTicket>(core_, core_->callbacks(), request, IsFinal,
                                                     std::move(on_ticket));
}

StatusOr<Ticket> MatchmakingClient::AwaitTicket(const TicketId& request, const CallOptions& options) {
  OOFGG_RETURN_IF_ERROR(internal::CheckMayBlock(*core_));
  const auto core = core_;  // The client may be destroyed while we wait.
  const TimePoint deadline = core->DeadlineOf(options);
  auto waiter = std::make_shared<internal::Waiter<Ticket>>();
  const ScopedTimer patience(core->executor(), deadline, [waiter, id = request.id] {
    waiter->Set(MakeStatus(StatusCode::kDeadlineExceeded,
                           "ticket " + id + " was not assigned in time; it waits on until it is cancelled"));
  });
  // On the client's own thread, as the game's may be the one that waits here.
  const Call watch = internal::WatchLatest<methods::WatchTicket>(
      core, core->executor(), request, IsFinal,
      [answer = std::make_shared<internal::Answer<Ticket>>(waiter)](StatusOr<Ticket> ticket) {
        if (!ticket.ok() || IsFinal(*ticket)) answer->Set(std::move(ticket));
      });
  return waiter->Wait(*core, deadline);
}

}  // namespace oofgg
