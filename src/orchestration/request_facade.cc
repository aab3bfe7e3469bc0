#include "orchestration/request_facade.h"

#include <optional>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::orchestration {
namespace {

Status NothingAskedFor() {
  return MakeStatus(StatusCode::kNotFound, "nothing was asked for; POST /request asks for a game server");
}

bool IsPending(RequestState state) { return state != RequestState::kDone && state != RequestState::kFailed; }

RequestView ReadyOn(SeatServer server) {
  RequestView view;
  view.stage = RequestView::Stage::kReady;
  view.server = std::move(server);
  return view;
}

}  // namespace

StatusOr<FleetDoor*> RequestFacade::FleetOf(std::string_view name, std::string_view client_id) const {
  OOFGG_RETURN_IF_ERROR(CheckClientId(client_id));
  return fleets_.Find(name);
}

void RequestFacade::AnswerSeated(std::string_view fleet_name, std::string_view client_id, OnView on_view,
                                 std::function<void()> otherwise) {
  if (http_ == nullptr || !FleetOf(fleet_name, client_id).ok()) return otherwise();
  const bool at_hand = store_.SeatAtHand(
      ClientKey(fleet_name, client_id),
      [gate = gate_, this, client = std::string(client_id), on_view = std::move(on_view),
       otherwise](StatusOr<std::optional<RequestStore::SeatFound>> seat) mutable {
        gate->Pass([&] {
          if (!seat.ok() || !*seat || IsToProlong((*seat)->deadline)) return otherwise();
          VerifySeat(std::move((*seat)->server), client, std::move(on_view), std::move(otherwise));
        });
      });
  if (!at_hand) otherwise();
}

void RequestFacade::VerifySeat(SeatServer server, const std::string& client_id, OnView on_view,
                               std::function<void()> otherwise) {
  HttpCall call = ReservationCall("GET", server.control, client_id, options_.quick_timeout);
  http_->Send(std::move(call), [gate = gate_, server = std::move(server), on_view = std::move(on_view),
                                otherwise = std::move(otherwise)](const StatusOr<HttpReply>& reply) mutable {
    gate->Pass([&] {
      if (!reply.ok() || reply->status != 200) return otherwise();
      on_view(ReadyOn(std::move(server)));
    });
  });
}

/// Not at each call, as it is a write.
bool RequestFacade::IsToProlong(WallTime deadline) const {
  return clock_.WallNow() + options_.patience - deadline >= options_.patience / 5;
}

/// Whoever asks still waits, or still plays: the one is not given up, the other is seated again should the
/// game server end.
void RequestFacade::Prolong(const RequestRecord& record) {
  if (record.state == RequestState::kFailed || !IsToProlong(record.deadline)) return;
  const auto until = clock_.WallNow() + options_.patience;
  const Status prolonged =
      store_.Enqueue({.key = record.key, .players = record.players, .deadline = until, .prolong_only = true})
          .status();
  // An answer matters more.
  if (!prolonged.ok() && !absl::IsNotFound(prolonged))
    Log(LogLevel::kWarning, "orchestration", "cannot prolong a request: " + std::string(prolonged.message()));
}

void RequestFacade::Post(std::string_view fleet_name, std::string_view client_id, OnView on_view) {
  const auto fleet = FleetOf(fleet_name, client_id);
  if (!fleet.ok()) return on_view(fleet.status());
  const RequestKey key = ClientKey(fleet_name, client_id);
  const auto found = store_.Find(key);
  if (!found.ok()) return on_view(found.status());
  const std::string client(client_id);
  if (!*found) return Queue(**fleet, client, on_view);
  const RequestRecord& record = **found;
  if (record.state == RequestState::kDone) {
    Prolong(record);
    return Verify(**fleet, record, client, Verb::kPost, std::move(on_view));
  }
  const bool too_often = record.failures >= options_.failures_before_pause;
  if (record.state != RequestState::kFailed || !too_often) return Queue(**fleet, client, on_view);
  // Said once; whoever asks again after this gets a new try.
  if (const Status forgiven = store_.ForgiveFailures(key); !forgiven.ok()) return on_view(forgiven);
  on_view(RetryLater(StatusCode::kUnavailable, record.error, options_.pause));
}

void RequestFacade::Queue(FleetDoor& fleet, const std::string& client_id, const OnView& on_view) {
  if (const auto open = fleets_.FindOpen(fleet.name()); !open.ok()) return on_view(open.status());
  const auto queued = store_.Enqueue({ClientKey(fleet.name(), client_id),
                                      {client_id},
                                      clock_.WallNow() + options_.patience,
                                      options_.max_line});
  if (absl::IsResourceExhausted(queued.status())) {
    return on_view(RetryLater(StatusCode::kUnavailable, "too many are in line", options_.pause));
  }
  if (!queued.ok()) return on_view(queued.status());
  fleet.Wake();
  Answer(*queued, on_view);
}

void RequestFacade::Answer(const RequestRecord& record, const OnView& on_view) {
  RequestView view;
  if (record.state == RequestState::kFailed) {
    view.stage = RequestView::Stage::kFailed;
    view.error = record.error;
  } else if (record.state == RequestState::kCreated) {
    view.position = store_.Position(record.key).value_or(0);
    view.estimate = EstimateFor(record.key.fleet, view.position);
  }
  on_view(std::move(view));
}

/// Without it they wait all the same, so a store that cannot be read is no reason to fail.
std::optional<std::chrono::seconds> RequestFacade::EstimateFor(std::string_view fleet,
                                                               std::uint64_t position) const {
  if (paces_ == nullptr || position == 0) return std::nullopt;
  const auto pace = paces_->Pace(fleet);
  if (!pace.ok() || !*pace) return std::nullopt;
  return EstimateWait(**pace, position, clock_.WallNow());
}

void RequestFacade::Get(std::string_view fleet_name, std::string_view client_id,
                        std::chrono::milliseconds wait, OnView on_view) {
  const auto fleet = FleetOf(fleet_name, client_id);
  if (!fleet.ok()) return on_view(fleet.status());
  const RequestKey key = ClientKey(fleet_name, client_id);
  const std::string client(client_id);
  if (wait.count() <= 0) return Look(**fleet, key, client, on_view);

  const auto waiter = waiters_.Wait(key, DeadlineAfter(clock_.Now(), wait),
                                    [gate = gate_, this, fleet = *fleet, key, client, on_view] {
                                      gate->Pass([&] { Look(*fleet, key, client, on_view); });
                                    });
  const auto found = store_.Find(key);
  const bool pending = found.ok() && *found && IsPending((*found)->state);
  if (pending) Prolong(**found);
  // Asked only now, so that whoever came after all were woken does not wait alone.
  if ((!pending || ending_) && waiters_.Remove(waiter)) Look(**fleet, key, client, on_view);
}

void RequestFacade::EndWaits() {
  ending_ = true;
  waiters_.WakeAll();
}

void RequestFacade::Look(FleetDoor& fleet, const RequestKey& key, const std::string& client_id,
                         const OnView& on_view) {
  const auto found = store_.Find(key);
  if (!found.ok()) return on_view(found.status());
  if (!*found) return on_view(NothingAskedFor());
  Prolong(**found);
  if ((*found)->state == RequestState::kDone) {
    return Verify(fleet, **found, client_id, Verb::kGet, on_view);
  }
  Answer(**found, on_view);
}

void RequestFacade::Verify(FleetDoor& fleet, const RequestRecord& record, const std::string& client_id,
                           Verb verb, OnView on_view) {
  reservations_.IsReserved(record.server.control, client_id,
                           [gate = gate_, this, &fleet, record, client_id, verb,
                            on_view = std::move(on_view)](StatusOr<bool> reserved) {
                             gate->Pass([&] {
                               if (reserved.ok() && *reserved) return on_view(ReadyOn(record.server));
                               Repair(fleet, record.key, client_id, verb, /*answers=*/reserved.ok(), on_view);
                             });
                           });
}

void RequestFacade::Repair(FleetDoor& fleet, const RequestKey& key, const std::string& client_id, Verb verb,
                           bool answers, OnView on_view) {
  const auto occupied = store_.Occupy(key, clock_.WallNow() + options_.repair_lease);
  // Somebody else was faster: repairs it, dropped its server, or withdrew it.
  if (absl::IsFailedPrecondition(occupied.status()) || absl::IsNotFound(occupied.status())) {
    return QueueAnew(fleet, key, client_id, verb, on_view);
  }
  if (!occupied.ok()) return on_view(occupied.status());
  if (!answers) return Requeue(fleet, *occupied, client_id, verb, on_view);
  reservations_.Reserve(occupied->server.control, client_id,
                        [gate = gate_, this, &fleet, record = *occupied, client_id, verb,
                         on_view = std::move(on_view)](const StatusOr<bool>& reserved) {
                          const bool seated = reserved.ok() && *reserved;
                          gate->Pass([&] { Repaired(fleet, record, client_id, verb, seated, on_view); });
                        });
}

void RequestFacade::Repaired(FleetDoor& fleet, const RequestRecord& record, const std::string& client_id,
                             Verb verb, bool seated, const OnView& on_view) {
  if (!seated) return Requeue(fleet, record, client_id, verb, on_view);
  if (!store_.Release(LeaseOf(record)).ok()) return QueueAnew(fleet, record.key, client_id, verb, on_view);
  waiters_.Notify(record.key);
  on_view(ReadyOn(record.server));
}

/// Back to its old place in line, with new patience.
void RequestFacade::Requeue(FleetDoor& fleet, const RequestRecord& record, const std::string& client_id,
                            Verb verb, const OnView& on_view) {
  if (!store_.GiveBack(LeaseOf(record)).ok()) return QueueAnew(fleet, record.key, client_id, verb, on_view);
  fleet.SeatDenied(record.server.id);
  Queue(fleet, client_id, on_view);
}

/// What was asked for may have been withdrawn by now: whoever only looks does not ask for it again.
void RequestFacade::QueueAnew(FleetDoor& fleet, const RequestKey& key, const std::string& client_id,
                              Verb verb, const OnView& on_view) {
  if (verb == Verb::kPost) return Queue(fleet, client_id, on_view);
  Look(fleet, key, client_id, on_view);
}

Status RequestFacade::Withdraw(std::string_view fleet_name, std::string_view client_id) {
  OOFGG_ASSIGN_OR_RETURN(FleetDoor* const fleet, FleetOf(fleet_name, client_id));
  const RequestKey key = ClientKey(fleet_name, client_id);
  OOFGG_ASSIGN_OR_RETURN(const auto removed, store_.Withdraw(key));
  if (!removed) return NothingAskedFor();
  fleet->SeatsReleased();
  waiters_.Notify(key);
  return absl::OkStatus();
}

}  // namespace oofgg::orchestration
