#pragma once

#include <absl/functional/any_invocable.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "orchestration/fleet.h"
#include "orchestration/fleet_scaler.h"
#include "orchestration/seating_pace.h"
#include "orchestration/server_table.h"

namespace oofgg::orchestration {

/// The state of a fleet. Everything here runs on the fleet's executor, one task at a time; what comes back
/// from the backend or from a game server is brought there first, and dropped if the fleet is gone. Six
/// ideas, six files: fleet.cc (life and recovery), fleet_seating.cc (the line and the seats),
/// fleet_starting.cc (how many servers, and starting them), fleet_health.cc (what becomes of them),
/// fleet_ordering.cc (what operators and the configuration want), fleet_strays.cc (what runs unknown to it).
class Fleet::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(FleetOptions options, const FleetParts& parts, OnChange on_change);

  /// A `Wake` has been posted that has not run yet. For any thread.
  std::atomic<bool> wake_posted = false;
  std::atomic<bool> released_posted = false;  ///< The same of `SeatsReleased`.

  // fleet.cc
  void Start(std::function<void(Status)> on_started);
  void Pump();
  std::vector<GameServerInfo> ListServers() const;

  // fleet_seating.cc
  void TakeReleased();
  void SeatDenied(const std::string& server_id);

  // fleet_ordering.cc
  void OrdersChanged();

  [[nodiscard]] bool MayAct() const { return !parts_.may_act || parts_.may_act(); }

 private:
  /// The seats of one request on their way: leased, until the game server has answered for every player.
  struct Seating {
    RequestRecord record;
    std::string server_id;
    std::size_t pending = 0;
    std::vector<std::string> reserved;
    std::vector<std::string> refused;
    std::vector<std::string> unknown;  // No answer: reserved or not.
    bool abandoned = false;            // The server ended first; the request has gone back.
  };
  using SeatingPtr = std::shared_ptr<Seating>;

  /// A callback for any thread that runs `body(core, args...)` on the executor if the fleet still lives.
  template <typename... Args, typename Body>
  auto Bring(Body body) {
    return [weak = weak_from_this(), &executor = parts_.executor,
            shared = std::make_shared<Body>(std::move(body))](Args... args) {
      executor.Post([weak, shared, packed = std::make_tuple(std::move(args)...)]() mutable {
        const auto core = weak.lock();
        if (!core || !core->MayAct()) return;
        std::apply([&](Args&... unpacked) { (*shared)(*core, std::move(unpacked)...); }, packed);
      });
    };
  }
  /// The same as a timer's task.
  template <typename Body>
  Task Later(Body body) {
    return [weak = weak_from_this(), body = std::move(body)]() mutable {
      const auto core = weak.lock();
      if (core && core->MayAct()) body(*core);
    };
  }
  [[nodiscard]] ScopedTimer TimerIn(Duration delay, void (Core::*body)());
  [[nodiscard]] TimePoint Now() const { return parts_.clock.Now(); }
  void Say(LogLevel level, std::string_view message) const;

  // fleet.cc
  void OnListed(StatusOr<std::vector<RunningServer>> servers, const std::function<void(Status)>& on_started);
  void AdoptSeats();
  void Changed(const std::vector<RequestRecord>& records);
  void SeatAgain(const std::vector<RequestRecord>& dropped);
  void Drop(const std::string& server_id);
  void Note(const Status& written) const;
  void Count(std::atomic<std::uint64_t> FleetCounts::*what) const {
    if (parts_.counts != nullptr) ++(parts_.counts->*what);
  }
  void Sweep();
  void ArmSweep(std::optional<WallTime> next);

  // fleet_seating.cc
  void PlaceWaiting();
  bool Place(const RequestRecord& record);
  bool PlaceAnywhere(const RequestRecord& record);
  bool SeatOn(const RequestRecord& record, ServerEntry& server);
  bool EvictOthers(const RequestRecord& record);
  [[nodiscard]] bool TooLarge(const RequestRecord& record) const;
  void OnReserve(const SeatingPtr& seating, const std::string& player, const StatusOr<bool>& answer);
  void Finish(const SeatingPtr& seating);
  void Unpark(const RequestKey& key);
  void Confirm(const Seating& seating, ServerEntry& server);
  void Refused(const Seating& seating, ServerEntry& server);
  void Forsake(ServerEntry& server, const std::vector<std::string>& players);
  void MarkFull(ServerEntry& server);
  void Learnt(std::uint32_t slots);
  void Undo(ServerEntry& server, const std::vector<std::string>& players);
  void ClearGhosts(ServerEntry& server);
  void OnCancelled(const std::string& server_id, const std::string& player, const StatusOr<bool>& freed);
  void Forget(const std::string& server_id, const std::string& player);
  void GiveBack(const RequestRecord& record);
  void FailRequest(const RequestRecord& record, std::string_view error, bool start_failed);
  void FreeStoredSeat(const std::string& server_id, const std::string& player, std::string_view reason);
  void RenewLeases();
  [[nodiscard]] WallTime LeaseEnd() const { return parts_.clock.WallNow() + options_.lease; }

  // fleet_starting.cc
  void StartServers();
  [[nodiscard]] std::size_t WantedServers(const RequestStore::Line& line, std::size_t ahead) const;
  [[nodiscard]] std::size_t AssumedSlots() const;
  [[nodiscard]] std::size_t Starting() const { return spawning_.size() + table_.CountOwnStarting(); }
  [[nodiscard]] std::size_t Coming() const { return Starting() - table_.CountLate(); }
  [[nodiscard]] Duration LateAfter() const;
  [[nodiscard]] bool Launch(bool replaces);
  void OnSpawned(const std::string& id, StatusOr<RunningServer> running);
  void WaitUntilReady(const std::string& id, std::chrono::milliseconds pause);
  void ConsiderLate(ServerEntry& server);
  void OnReady(ServerEntry& server, const std::optional<ServerLoad>& load);
  void OnNews(ServerNews news);
  void StartFailed(const std::string& id, std::string_view error);
  void CountArrivals(const RequestStore::Line& line);
  [[nodiscard]] Duration PauseAfterFailures() const;

  // fleet_health.cc
  void OnExit(const ServerExit& exit);
  void AbandonSeatings(const std::string& server_id);
  void CheckHealth();
  void Probe(ServerEntry& server);
  void OnHealth(const std::string& id, const StatusOr<std::optional<ServerLoad>>& load);
  void Alive(ServerEntry& server, const std::optional<ServerLoad>& load);
  void MarkSick(ServerEntry& server);
  void LetTry(ServerEntry& server);
  void Reconcile(ServerEntry& server);
  void ConsiderIdle(ServerEntry& server);
  void Retire(ServerEntry& server, std::string_view why, bool politely);
  void Stop(const std::string& id);
  [[nodiscard]] bool Close(ServerEntry& server, bool politely);
  void RecallSeats(ServerEntry& server);
  [[nodiscard]] bool HasRested(ServerEntry& server) const;
  [[nodiscard]] bool IsReserve(const ServerEntry& server);
  void ProbeIn(Duration delay, const std::string& id);

  // fleet_ordering.cc
  void ApplyOrders();
  void Mark(ServerEntry& server);
  void Leave(ServerEntry& server, WallTime until, std::string_view why);
  bool ConsiderLeaving(ServerEntry& server);
  void ForgetOrders(const std::string& server_id);
  [[nodiscard]] std::size_t Replacements() const;
  void Replace();
  void TellPace();
  void SendAway();
  [[nodiscard]] bool IsOver() const;

  // fleet_strays.cc
  void LookForStrays();
  void OnListedAgain(const std::vector<RunningServer>& running);
  void StopStray(const std::string& id);

  FleetOptions options_;     // What counts: as configured, but for what was ordered.
  FleetOptions configured_;  // Of the same name.
  FleetOrders orders_;
  std::string revision_;  // What is started now.
  FleetTerm term_;
  const FleetParts parts_;
  const OnChange on_change_;
  ServerTable table_;
  std::map<RequestKey, SeatingPtr> seatings_;
  /// Withdrawn while being seated, and asked for again: leased, and placed when the first seating has ended.
  std::map<RequestKey, RequestRecord> parked_;
  std::map<RequestKey, RequestLease> leases_;  // All that are ours now.
  std::map<std::string, TimePoint> spawning_;  // Asked of the backend when, not yet running.
  std::set<std::string> replacing_;            // Started for an update, not yet ready.
  std::string trouble_;                        // Why the last start failed, until one succeeds.
  std::string told_trouble_;                   // The same, as it was told last.
  std::size_t to_adopt_ = 0;                   // Found running at our start, not yet heard of.
  std::uint32_t learnt_slots_ = 0;
  std::uint32_t failed_starts_ = 0;  // In a row.
  TimePoint may_start_at_{};
  bool started_ = false;
  bool answers_ = false;  // A server of this fleet has, once.
  bool cramped_ = false;  // There is room, but not in one piece for the first in line.
  bool waiting_ = false;  // Somebody was in line when we last looked.
  FleetScaler scaler_;
  Duration scaler_idle_{};
  SeatingPace pace_;
  std::optional<std::size_t> last_line_;        // Seats in line when we last looked,
  std::int64_t taken_out_ = 0;                  // and those that we took out of it, or put back, since.
  std::set<std::string> strays_;                // Seen at the last look.
  std::map<std::string, std::size_t> missing_;  // Marked and not running, at how many looks.
  ScopedTimer stray_timer_;
  ScopedTimer sweep_timer_;
  bool sweep_armed_ = false;
  ScopedTimer renew_timer_;
  bool renew_armed_ = false;
  ScopedTimer health_timer_;
  bool health_armed_ = false;
  ScopedTimer start_timer_;
  ScopedTimer orders_timer_;
  ScopedTimer pace_timer_;
  bool pace_armed_ = false;
};

}  // namespace oofgg::orchestration
