#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/fleet.h"
#include "orchestration/container_backend.h"
#include "orchestration/request.h"
#include "orchestration/reservation_client.h"

namespace oofgg::orchestration {

/// Where the next player goes: on the fullest server that has room, so that others become empty and may stop,
/// or on the emptiest.
enum class Packing { kPack, kSpread };

/// What a fleet knows of one of its servers.
struct ServerEntry {
  RunningServer running;
  GameServerState state = GameServerState::kStarting;
  std::uint32_t slots = 0;                         ///< 0: not known yet.
  std::uint32_t assumed = 0;                       ///< Until then: what its like hold; 0: nobody can tell.
  bool tells_load = false;                         ///< Answers `GET /status`.
  GameServerState told = GameServerState::kReady;  ///< What it said of itself; else it wants no players.
  bool full = false;                               ///< Refused, and no seat was freed since.
  TimePoint full_since{};
  std::uint32_t refusals = 0;   ///< In a row, of players who were let try though it seemed full.
  TimePoint reconciled{};       ///< When it was asked last for the seats that it does not tell of.
  std::uint32_t foreign = 0;    ///< Seats that it holds and we did not give, as far as we know.
  std::uint32_t in_flight = 0;  ///< Reservations under way: what it reports meanwhile may be either way.
  std::set<std::string> seats;  ///< Players whom we seated, or are seating, here.
  /// Players whose seat was given up, until the server confirms that it is free; and whether it is being
  /// asked.
  std::map<std::string, bool> ghosts;
  std::set<std::string> unreturned;  ///< Those whose seat it knows no way to give up: some of `foreign`.
  TimePoint since{};                 ///< When it was started or fell sick; else when it was last seen in use.
  bool probing = false;
  bool proven = false;   ///< Has taken a player, or was running before us.
  bool adopted = false;  ///< Found running at our start, and not heard of yet.
  bool retired = false;  ///< Told to stop.
  bool late = false;     ///< Starting for longer than its like; nobody counts on it.
  bool closing = false;  ///< Perhaps closed in the store, so it is to stop, whatever it was told.
  bool leaving = false;  ///< Takes no new players, and stops when it is empty or at `leave_by`.
  WallTime leave_by = WallTime::max();
  bool outdated = false;                  ///< Does not run what the fleet starts now.
  bool replaces = false;                  ///< Was started so that an outdated one can go.
  TimePoint asked_for{};                  ///< When its start was asked for.
  std::uint32_t falls = 0;                ///< How often it fell sick of late.
  TimePoint fell{};                       ///< When it did last.
  std::optional<TimePoint> well_since{};  ///< While sick: since when it answers again.

  [[nodiscard]] bool Empty() const {
    // Whose seat it could not be told to give up has left all the same.
    return seats.empty() && ghosts.empty() && foreign <= unreturned.size() && in_flight == 0;
  }
};

/// The servers of one fleet and who sits where. Only bookkeeping: no I/O, no time of its own.
///
/// Questions about many servers are answered from sums and from an index by free slots, so that they cost the
/// same for ten servers and for thousands: O(log n). An entry may be changed from when it is handed out until
/// `Settle`; the index looks at those entries again at each question.
/// Threads: none; one owner.
class ServerTable {
 public:
  ServerEntry& Add(RunningServer running, TimePoint now);
  void Remove(std::string_view id);
  [[nodiscard]] ServerEntry* Find(std::string_view id);
  [[nodiscard]] const std::map<std::string, ServerEntry, std::less<>>& all() const { return servers_; }
  [[nodiscard]] std::vector<std::string> Ids() const;

  /// No entry that was handed out so far is changed any more, but by another `Find` or `Pick`.
  void Settle();

  /// Free slots of a server that takes players; 0 of one that does not. A capacity of which nothing is known
  /// counts as without end. One that is assumed may be larger, and a server that does not tell its load may
  /// have let somebody go: beyond what is known one player at a time is let try there, unless it is `full`.
  [[nodiscard]] static std::size_t FreeSlots(const ServerEntry& server);
  /// Of those, the ones that are known, or assumed, to be free; without end where nothing is known.
  [[nodiscard]] static std::size_t SureSlots(const ServerEntry& server);

  /// A ready server that has a slot for each of `players`: of those that are not outdated, if they have room,
  /// the fullest, so that the others may become empty and stop, or the emptiest. None where a seat of theirs
  /// is being given up, as that would hit the new one too.
  [[nodiscard]] ServerEntry* Pick(const std::vector<std::string>& players, Packing packing = Packing::kPack);

  /// The server that could not be told to give up the seat of `player`, who may as well have it again; null
  /// if there is none that takes players.
  [[nodiscard]] ServerEntry* KeeperOf(std::string_view player);

  /// Of those that are outdated and take players, the one with the fewest of them; null if there is none.
  [[nodiscard]] ServerEntry* PickOutdated();

  /// Whether `Pick` would find one for so many players if nobody were leaving.
  [[nodiscard]] bool HasRoomFor(std::size_t count) const;

  [[nodiscard]] std::size_t CountIn(GameServerState state) const;
  /// Servers that are outdated and not leaving.
  [[nodiscard]] std::size_t CountOutdated() const;
  /// Servers that a maker started; of those, how many have not answered yet; and of these, how many are late.
  [[nodiscard]] std::size_t CountOwn() const;
  [[nodiscard]] std::size_t CountOwnStarting() const;
  [[nodiscard]] std::size_t CountLate() const;
  /// Ready servers with a free slot; those where one player may try; the largest known number of slots of
  /// any.
  [[nodiscard]] std::size_t CountWithRoom() const;
  [[nodiscard]] std::size_t CountToTry() const;
  [[nodiscard]] std::uint32_t LargestSlots() const;
  /// Sum over ready servers, each counted with `unknown_as` slots if its capacity is not known.
  [[nodiscard]] std::size_t TotalFree(std::size_t unknown_as) const;
  /// Slots of ready servers that are just being given up.
  [[nodiscard]] std::size_t SoonFree() const;

  void TakeSeat(ServerEntry& server, const std::string& player, const RequestKey& request);
  /// False if the player holds no seat there.
  bool FreeSeat(ServerEntry& server, const std::string& player);
  /// The server knows no way to give the seat up: the slot stays taken. And: it has lapsed after all.
  void KeepSeat(ServerEntry& server, const std::string& player);
  void LapseSeat(ServerEntry& server, const std::string& player);

  struct Holding {
    std::string server_id;
    RequestKey request;
  };
  [[nodiscard]] const Holding* SeatOf(const std::string& player) const;

  /// Takes in what a server told of itself.
  static void Learn(ServerEntry& server, const ServerLoad& load);

 private:
  /// What the index knows of an entry.
  struct Known {
    GameServerState state = GameServerState::kStarting;
    std::size_t free = 0;
    std::size_t sure = 0;
    std::uint32_t slots = 0;
    std::size_t soon = 0;
    bool own = false;
    bool late = false;
    bool outdated = false;
    bool stays = false;

    friend bool operator==(const Known&, const Known&) = default;
  };
  struct ById {
    bool operator()(const ServerEntry* a, const ServerEntry* b) const {
      return a->running.id < b->running.id;
    }
  };
  using ByFree = std::map<std::size_t, std::set<ServerEntry*, ById>>;

  [[nodiscard]] static Known KnownOf(const ServerEntry& server);
  ServerEntry& Touch(ServerEntry& server);
  void Refresh() const;
  void Count(ServerEntry& server, const Known& known, bool in) const;
  [[nodiscard]] static ServerEntry* PickFrom(const ByFree& servers, const std::vector<std::string>& players,
                                             Packing packing);

  std::map<std::string, ServerEntry, std::less<>> servers_;
  /// All below is brought up to date when it is asked for.
  mutable std::set<ServerEntry*> touched_;
  mutable std::map<const ServerEntry*, Known> known_;
  mutable std::array<ByFree, 2> with_room_;  // Of those that are up to date; of those that are not.
  mutable std::map<std::uint32_t, std::size_t> count_by_slots_;
  mutable std::array<std::size_t, 4> count_by_state_{};
  mutable std::size_t count_own_ = 0;
  mutable std::size_t count_own_starting_ = 0;
  mutable std::size_t count_late_ = 0;  // Of those.
  mutable std::size_t count_with_room_ = 0;
  mutable std::set<ServerEntry*, ById> to_try_;
  mutable std::size_t count_unknown_ = 0;  // Of those with room, the ones whose capacity is not known.
  mutable std::size_t free_ = 0;           // Of the others.
  mutable std::size_t soon_free_ = 0;
  mutable std::set<ServerEntry*, ById> outdated_;  // And not leaving.
  std::map<std::string, Holding, std::less<>> by_player_;
  std::map<std::string, std::string, std::less<>> kept_;  // Servers by player.
};

}  // namespace oofgg::orchestration
