#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/presence/presence_table.h"
#include "presence/records.h"
#include "presence/slab.h"
#include "presence/user_registry.h"
#include "presence/watch_graph.h"

namespace oofgg {

/// The rules of presence, over the storage in user_registry.h and watch_graph.h.
class PresenceTable::Impl {
 public:
  explicit Impl(Options options);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ConnectionId Reserve();
  Status Connect(TimePoint now, ConnectionId reserved, std::string_view user_id,
                 const ConnectionOptions& options, std::span<const std::string> friends);
  Status SetFriends(ConnectionId connection, std::span<const std::string> friends);
  Status SetStatus(ConnectionId connection, const PresenceStatus& status);
  void End(TimePoint now, ConnectionId connection, bool lost);
  std::optional<PresenceUpdate> NextUpdate(ConnectionId connection);
  std::vector<ConnectionId> TakeReady();
  std::vector<ConnectionId> TakeEvicted() { return std::exchange(evicted_, {}); }
  TimePoint NextDeadline() const { return lingering_.empty() ? kNever : lingering_.begin()->first; }
  void Advance(TimePoint now);
  PresenceUpdate StateOf(std::string_view user_id) const;
  bool IsOnline(std::string_view user_id) const;
  bool IsLive(ConnectionId connection) const;
  std::string UserOf(ConnectionId connection) const;
  Counts counts() const;
  bool IsCaughtUp(ConnectionId connection) const;

  std::vector<Interest> TakeInterests() { return users_.TakeInterests(); }
  std::vector<Export> TakeExports();
  std::vector<Farewell> TakeFarewells() { return std::exchange(farewells_, {}); }
  void Follow(unsigned follower, std::string_view user_id, bool wanted);
  void Import(const PresenceUpdate& update);
  void Hear(const Farewell& farewell);

  std::vector<Need> TakeNeeds() { return users_.TakeNeeds(); }
  std::vector<Registration> TakeRegistrations();
  std::vector<FarewellAbroad> TakeFarewellsAbroad() { return std::exchange(farewells_abroad_, {}); }
  void AskAgain() { users_.WantAgain(); }
  void RegisterAgain();
  void ImportRegistration(const Located& located);
  void Answer(std::string_view user_id, std::span<const Located> found, const std::vector<bool>& complete);
  void Forget(Origin origin);
  void HearFromAbroad(const Farewell& farewell);

 private:
  using UserHandle = presence::UserHandle;
  using Slot = presence::ConnectionSlot;
  using Shown = presence::UserRegistry::Shown;

  Status CheckRoom(std::size_t wanted, std::size_t held) const;
  std::vector<UserHandle> InternAll(std::span<const std::string> ids);

  Status CheckMayConnect(std::string_view user_id, bool proven, std::size_t friends) const;
  void Attach(Slot slot, UserHandle user, const ConnectionOptions& options);
  void Detach(Slot slot);
  TimePoint ExtendGrace(TimePoint now, UserHandle user, std::uint32_t grace_ms);
  void Free(Slot slot);
  void EvictOthers(Slot proven);
  void EvictAll(UserHandle user);
  void Evict(Slot slot);
  [[nodiscard]] bool IsLingering(UserHandle user) const;
  void EndLingering(UserHandle user);

  void GoOnline(UserHandle user);
  void GoOffline(UserHandle user, Slot last);
  void Show(UserHandle user, const PresenceStatus& status);
  std::uint64_t NextVersion();
  void TellIfChanged(UserHandle user, const Shown& before);
  void TellWatchers(UserHandle user, bool came_or_went, bool status_changed);
  void TellFriendsOfDeparture(UserHandle user, Slot last);
  void HearOfDeparture(UserHandle hearer, UserHandle departed, const PresenceUpdate& departure);
  void TellOfDeparture(UserHandle hearer, UserHandle departed, std::uint64_t version);
  void QueueDeparture(Slot hearer, UserHandle departed, std::uint64_t version);
  std::optional<PresenceUpdate> TakeDeparture(Slot slot);
  void DropDeparturesOfListed(Slot slot);
  PresenceUpdate Describe(UserHandle user) const;
  void MarkReady(Slot slot);
  void Unpin(UserHandle user);
  void QueueExport(UserHandle user);
  void QueueRegistration(UserHandle user);
  void SettleElsewhere(UserHandle user, const Shown& before);

  const Options options_;
  std::uint64_t version_;  ///< The last one given out, over all users.
  std::size_t online_ = 0;
  presence::UserRegistry users_;
  presence::Slab<presence::ConnectionRecord> connections_;
  std::size_t reserved_ = 0;  ///< Of these.
  presence::WatchGraph graph_;
  /// Until when a lost connection keeps its user online; those that have passed may be missing.
  absl::flat_hash_map<UserHandle, TimePoint> graces_;
  absl::btree_set<std::pair<TimePoint, UserHandle>> lingering_;  ///< Online by grace alone, by its end.
  /// Users who have gone and whom the connection does not list, with their version (`has_departures`).
  absl::flat_hash_map<Slot, absl::btree_map<UserHandle, std::uint64_t>> departures_;
  absl::flat_hash_map<UserHandle, std::uint64_t> followers_;  ///< Other tables that follow, a bit for each.
  std::vector<UserHandle> exports_;
  std::vector<Farewell> farewells_;
  std::vector<UserHandle> registrations_;
  std::vector<FarewellAbroad> farewells_abroad_;
  std::vector<ConnectionId> ready_;
  std::vector<ConnectionId> evicted_;
};

}  // namespace oofgg
