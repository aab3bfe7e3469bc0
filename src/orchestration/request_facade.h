#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/http_client.h"
#include "oofgg/status.h"
#include "orchestration/call_gate.h"
#include "orchestration/fleet_doors.h"
#include "orchestration/fleet_order_store.h"
#include "orchestration/request_store.h"
#include "orchestration/request_waiters.h"
#include "orchestration/reservation_client.h"

namespace oofgg::orchestration {

struct RequestOptions {
  std::chrono::milliseconds patience{300'000};     ///< In line without being asked again, until it fails.
  std::chrono::milliseconds repair_lease{30'000};  ///< Longer than a repair can take.
  std::uint32_t failures_before_pause = 3;         ///< Failed starts in a row.
  /// Of `AnswerSeated`, for the game server; whoever is then told nothing waits for a second try.
  std::chrono::milliseconds quick_timeout{200};
  std::chrono::milliseconds pause{5'000};  ///< What the client is then told to wait.
  std::size_t max_line = 10'000;  ///< Requests of a fleet in line; who comes then is told to wait as well.
};

/// What a client may know of its request.
struct RequestView {
  enum class Stage { kPending, kReady, kFailed };
  Stage stage = Stage::kPending;
  std::uint64_t position = 0;                      ///< In line, from 1; 0: not in line.
  std::optional<std::chrono::seconds> estimate{};  ///< Of the wait; nothing where nothing is known.
  SeatServer server;                               ///< At kReady.
  std::string error;                               ///< At kFailed.
};

/// The maker's API for clients that want one seat: what `/request` does, without HTTP.
///
/// Asking is idempotent, and kReady is only said when the game server has just confirmed the seat. A game
/// server that denies it is asked for it again, and if it refuses, the request goes back to its place in
/// line.
///
/// Threads: safe. Callbacks run on the executor of `reservations` or of `waiters`, or inside the call.
/// Methods read and write the store, so they are called where that may block. Errors: kInvalidArgument
/// (client id), kNotFound (fleet, or request), kUnavailable (store; or, with `RetryAfterOf`, too many failed
/// starts, or a full line).
class RequestFacade {
 public:
  using OnView = std::function<void(StatusOr<RequestView>)>;

  /// All must outlive the facade. `reservations` verifies, so that a
  /// client waits for it: give it one try and a short timeout.
  RequestFacade(const Clock& clock, RequestStore& store, ReservationClient& reservations,
                RequestWaiters& waiters, RequestOptions options = {})
      : clock_(clock), store_(store), reservations_(reservations), waiters_(waiters), options_(options) {}

  /// Waits for callbacks that run; calls under way then never get their answer.
  ~RequestFacade() { gate_->Close(); }
  RequestFacade(const RequestFacade&) = delete;
  RequestFacade& operator=(const RequestFacade&) = delete;

  /// Serves this fleet too, or again. `fleet` must outlive the facade.
  void AddFleet(FleetDoor& fleet) { fleets_.Add(fleet); }

  /// Queues nobody for it any more: kNotFound. Who has a seat may look and withdraw.
  void CloseFleet(std::string_view name) { fleets_.Close(name); }

  /// Those in line are told how long they are likely to wait, from what the fleets tell `paces`. Before the
  /// first call; `paces` must outlive the facade.
  void EstimateFrom(FleetOrderStore& paces) { paces_ = &paces; }

  /// Lets `AnswerSeated` ask game servers, by a client whose threads must not block. Before the first call;
  /// `http` must outlive the facade.
  void VerifyBy(HttpClient& http) { http_ = &http; }

  /// What `Post` and `Get` say to who is seated, and nothing else, for threads that must not block: `on_view`
  /// gets kReady once the game server has confirmed the seat. Where anything else is to be said, or is to be
  /// found out by waiting, `otherwise` runs instead, wherever that turns out; then ask one of those.
  void AnswerSeated(std::string_view fleet, std::string_view client_id, OnView on_view,
                    std::function<void()> otherwise);

  /// Asks for a seat, or after it.
  void Post(std::string_view fleet, std::string_view client_id, OnView on_view);

  /// Looks, and queues nobody who has not asked or has withdrawn; a seat that is denied is repaired as by
  /// `Post`. While the request is pending, waits for a change for up to `wait`.
  void Get(std::string_view fleet, std::string_view client_id, std::chrono::milliseconds wait,
           OnView on_view);

  /// Answers all who wait, and nobody waits any more: the server is about to end. Also wakes what else waits
  /// for requests, to look and decide whether it waits on.
  void EndWaits();

  /// Withdraws the request and gives its seat up. kNotFound if there is none.
  [[nodiscard]] Status Withdraw(std::string_view fleet, std::string_view client_id);

 private:
  /// Whether whoever asks wants to be queued.
  enum class Verb { kPost, kGet };

  StatusOr<FleetDoor*> FleetOf(std::string_view name, std::string_view client_id) const;
  void VerifySeat(SeatServer server, const std::string& client_id, OnView on_view,
                  std::function<void()> otherwise);
  void Queue(FleetDoor& fleet, const std::string& client_id, const OnView& on_view);
  void Look(FleetDoor& fleet, const RequestKey& key, const std::string& client_id, const OnView& on_view);
  void Verify(FleetDoor& fleet, const RequestRecord& record, const std::string& client_id, Verb verb,
              OnView on_view);
  void Repair(FleetDoor& fleet, const RequestKey& key, const std::string& client_id, Verb verb, bool answers,
              OnView on_view);
  void Repaired(FleetDoor& fleet, const RequestRecord& record, const std::string& client_id, Verb verb,
                bool seated, const OnView& on_view);
  void Requeue(FleetDoor& fleet, const RequestRecord& record, const std::string& client_id, Verb verb,
               const OnView& on_view);
  void QueueAnew(FleetDoor& fleet, const RequestKey& key, const std::string& client_id, Verb verb,
                 const OnView& on_view);
  void Answer(const RequestRecord& record, const OnView& on_view);
  [[nodiscard]] bool IsToProlong(WallTime deadline) const;
  void Prolong(const RequestRecord& record);

  [[nodiscard]] std::optional<std::chrono::seconds> EstimateFor(std::string_view fleet,
                                                                std::uint64_t position) const;

  const Clock& clock_;
  RequestStore& store_;
  ReservationClient& reservations_;
  RequestWaiters& waiters_;
  const RequestOptions options_;
  FleetOrderStore* paces_ = nullptr;
  HttpClient* http_ = nullptr;  // Null: nobody is answered without waiting.
  std::atomic<bool> ending_{false};
  FleetDoors fleets_;
  const std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>();
};

}  // namespace oofgg::orchestration
