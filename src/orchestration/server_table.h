#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
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

/// What a fleet knows of one of its servers.
struct ServerEntry {
  RunningServer running;
  GameServerState state = GameServerState::kStarting;
  std::uint32_t slots = 0;                         ///< 0: not known yet.
  bool tells_load = false;                         ///< Answers `GET /status`.
  GameServerState told = GameServerState::kReady;  ///< What it said of itself; else it wants no players.
  bool full = false;                               ///< Refused, and no seat was freed since.
  TimePoint full_since{};
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

  [[nodiscard]] bool Empty() const {
    return seats.empty() && ghosts.empty() && foreign == 0 && in_flight == 0;
  }
};

/// The servers of one fleet and who sits where. Only bookkeeping: no I/O, no time of its own.
/// Threads: none; one owner.
class ServerTable {
 public:
  ServerEntry& Add(RunningServer running, TimePoint now);
  void Remove(std::string_view id);
  [[nodiscard]] ServerEntry* Find(std::string_view id);
  [[nodiscard]] const std::map<std::string, ServerEntry, std::less<>>& all() const { return servers_; }
  [[nodiscard]] std::map<std::string, ServerEntry, std::less<>>& all() { return servers_; }

  /// Free slots of a server that takes players; 0 of one that does not. An unknown capacity counts as without
  /// end.
  [[nodiscard]] static std::size_t FreeSlots(const ServerEntry& server);

  /// The fullest ready server that has a slot for each of `players`, so that the others may become empty and
  /// stop; but none where a seat of theirs is being given up, as that would hit the new one too.
  [[nodiscard]] ServerEntry* Pick(const std::vector<std::string>& players);

  /// Whether `Pick` would find one for so many players if nobody were leaving.
  [[nodiscard]] bool HasRoomFor(std::size_t count) const;

  [[nodiscard]] std::size_t CountIn(GameServerState state) const;
  /// Servers that a maker started; and of those, how many have not answered yet.
  [[nodiscard]] std::size_t CountOwn() const;
  [[nodiscard]] std::size_t CountOwnStarting() const;
  /// Ready servers with a free slot, and the largest known number of slots of any server.
  [[nodiscard]] std::size_t CountWithRoom() const;
  [[nodiscard]] std::uint32_t LargestSlots() const;
  /// Sum over ready servers, each counted with `unknown_as` slots if its capacity is not known.
  [[nodiscard]] std::size_t TotalFree(std::size_t unknown_as) const;
  /// Slots of ready servers that are just being given up.
  [[nodiscard]] std::size_t SoonFree() const;

  void TakeSeat(ServerEntry& server, const std::string& player, const RequestKey& request);
  /// False if the player holds no seat there.
  bool FreeSeat(ServerEntry& server, const std::string& player);

  struct Holding {
    std::string server_id;
    RequestKey request;
  };
  [[nodiscard]] const Holding* SeatOf(const std::string& player) const;

  /// Takes in what a server told of itself.
  static void Learn(ServerEntry& server, const ServerLoad& load);

 private:
  std::map<std::string, ServerEntry, std::less<>> servers_;
  std::map<std::string, Holding, std::less<>> by_player_;
};

}  // namespace oofgg::orchestration
