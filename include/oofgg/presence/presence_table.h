#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/presence.h"
#include "oofgg/status.h"

namespace oofgg {

/// Who is online, who watches whom, and what each watcher has not yet heard.
///
/// A plain data structure: no sockets, threads, timers or clock of its own. Whoever owns it passes the time
/// in, calls `Advance` when `NextDeadline` has come, and asks `TakeReady` after each call whom to serve.
/// The same calls give the same answers.
///
/// A user is online while at least one of their connections lives, and for the grace of those that were lost.
/// Connections are not told of every change: each holds the *set* of listed users whose newest state differs
/// from what it has heard, so that a slow reader costs at most a few bytes a friend and always ends equal to
/// the truth. A user who left and came back between two reads is not mentioned.
///
/// Cost: a call on one user or connection is O(friends or watchers concerned), with no scan of others.
/// Memory: about 60 B a user, 50 B a connection, 20 B a friendship, bounded by the options; a user is
/// forgotten when nobody lists them and no connection or grace is left.
/// Time: moments passed in must not go backwards.
/// Several tables are one when each user has a home among them (`Options::is_home`) and what they ask of and
/// tell each other is carried: `TakeInterests` to `Follow` of the home, `TakeExports` to `Import`,
/// `TakeFarewells` to `Hear`. Each kind must arrive in order between two tables; otherwise it may take any
/// time. Several instances, which all take connections of any user, are one when what each registers reaches
/// those who need it (`Options::stamp`). Threads: not safe; one owner.
class PresenceTable {
 public:
  struct Options {
    /// What versions grow from. Must be above every version given out before a restart; microseconds of UTC
    /// at start are, as long as fewer than a million states change a second (docs/decisions/0006).
    std::uint64_t first_version = 0;
    std::size_t max_friends = 5'000;           ///< Of one connection; 65,000 at most.
    std::size_t max_friendships = 20'000'000;  ///< Of all connections together.

    /// Whether a user's connections come to this table; empty: everybody's do. What is shown by others is
    /// not known before it has been imported, and until then nothing is told of them.
    std::function<bool(std::string_view user_id)> is_home{};

    /// Moments that instances can compare, in microseconds of UTC; empty: there are no other instances.
    /// Then nothing is told of users who are not online here before `Answer`, and versions are such moments,
    /// or the next number where the clock has not moved on.
    std::function<std::uint64_t()> stamp{};
  };

  struct ConnectionOptions {
    Duration grace{0};  ///< How long its user stays online after it is lost.

    /// The user's identity was proved by a token. While such a connection holds a user, one without proof
    /// cannot claim the same user, and those there before are evicted.
    bool proven = false;

    /// When it is lost and its user goes offline by that, those whom it *lists* hear of it too, whether or
    /// not they list the user: the rule of protocol v1.
    bool announces_to_friends = false;

    /// Hears such announcements from users it does not list.
    bool hears_strangers = false;

    /// Reports at once every listed user, offline ones included, instead of only those who are online: for a
    /// follower that remembers states from an earlier connection.
    bool full_snapshot = false;

    /// Hears when a listed user shows something new while online, not only of coming and going.
    bool hears_status = false;

    /// What its user shows from now on, before anybody hears of the user; absent: as before.
    std::optional<PresenceStatus> status{};
  };

  /// Names a connection. `slot` is small and used again after the connection ends; a stale id is harmless.
  struct ConnectionId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  ///< 0 names none.
    friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
  };

  struct Counts {
    std::size_t users = 0;  ///< Known, online or not.
    std::size_t online = 0;
    std::size_t connections = 0;
    std::size_t friendships = 0;
  };

  PresenceTable() : PresenceTable(Options{}) {}
  explicit PresenceTable(Options options);
  ~PresenceTable();
  PresenceTable(PresenceTable&&) noexcept;
  PresenceTable& operator=(PresenceTable&&) noexcept;

  /// Brings `user_id` online by one more connection that watches `friends`; repeated ids count once.
  /// Errors, without any effect: kPermissionDenied (a proven connection holds the user and this one is not),
  /// kInvalidArgument (too many friends), kResourceExhausted (the table is full).
  [[nodiscard]] StatusOr<ConnectionId> Connect(TimePoint now, std::string_view user_id,
                                               const ConnectionOptions& options,
                                               std::span<const std::string> friends = {});

  /// Names a connection that is to be, for who must know its name before there is time to make it. It is
  /// stale until `Connect` makes it, and for good once that fails.
  [[nodiscard]] ConnectionId Reserve();
  /// As above, under that name; once.
  Status Connect(TimePoint now, ConnectionId reserved, std::string_view user_id,
                 const ConnectionOptions& options, std::span<const std::string> friends);

  /// Replaces the users it watches. Who stays on the list is not reported again. Errors as above, and
  /// kNotFound for a connection that has ended.
  Status SetFriends(ConnectionId connection, std::span<const std::string> friends);

  /// What its user shows from now on. Checked by the caller (`PresenceStatus` says what holds). kNotFound for
  /// a connection that has ended.
  Status SetStatus(ConnectionId connection, const PresenceStatus& status);

  /// Ends the connection by its user's wish: nobody waits for a reconnect. The user is offline at once
  /// unless another connection of theirs lives. Nothing on a stale id.
  void SignOff(TimePoint now, ConnectionId connection);

  /// Ends the connection as lost: the user stays online for its grace. Nothing on a stale id.
  void Close(TimePoint now, ConnectionId connection);

  /// The next thing the connection should hear, each time the newest state of one user, or nothing.
  [[nodiscard]] std::optional<PresenceUpdate> NextUpdate(ConnectionId connection);

  /// Connections that have something to hear since they last heard all (`NextUpdate` gave nothing); each is
  /// named once until then.
  [[nodiscard]] std::vector<ConnectionId> TakeReady();

  /// Connections that were ended by a proven one since the last call. Their ids are stale already.
  [[nodiscard]] std::vector<ConnectionId> TakeEvicted();

  /// When the next grace ends, or kNever.
  [[nodiscard]] TimePoint NextDeadline() const;
  /// Takes those offline whose grace is over at `now`.
  void Advance(TimePoint now);

  /// The newest state of a user as others see it; unknown users are offline, with a version that is not below
  /// any they had.
  [[nodiscard]] PresenceUpdate StateOf(std::string_view user_id) const;
  /// Whether the user is online, seen or not.
  [[nodiscard]] bool IsOnline(std::string_view user_id) const;
  [[nodiscard]] bool IsLive(ConnectionId connection) const;
  /// Whether `NextUpdate` has nothing to tell and all who are listed are known; asked when it gave nothing.
  /// False for a stale id.
  [[nodiscard]] bool IsCaughtUp(ConnectionId connection) const;
  /// Whose connection it is; empty for a stale id.
  [[nodiscard]] std::string UserOf(ConnectionId connection) const;
  [[nodiscard]] Counts counts() const;

  // Among several tables.

  /// Somebody here lists a user who is at home elsewhere, or nobody does any more.
  struct Interest {
    std::string user_id;
    bool wanted = false;
  };
  /// What a user at home shows, for all tables that follow them.
  struct Export {
    PresenceUpdate update;
    std::uint64_t followers = 0;  ///< A bit for each.
  };
  /// A user at home went who listed one at home elsewhere (`ConnectionOptions::announces_to_friends`).
  struct Farewell {
    std::string listed;
    PresenceUpdate departed;
  };
  static constexpr unsigned kMaxFollowers = 64;

  /// Each: since the last call. Of a user the newest is exported, once.
  [[nodiscard]] std::vector<Interest> TakeInterests();
  [[nodiscard]] std::vector<Export> TakeExports();
  [[nodiscard]] std::vector<Farewell> TakeFarewells();

  /// A table, `follower` below kMaxFollowers, wants to hear what a user at home here shows, from now as they
  /// are on, or no longer.
  void Follow(unsigned follower, std::string_view user_id, bool wanted);
  /// What a user shows who is at home elsewhere. Nothing if it is older than what is known.
  void Import(const PresenceUpdate& update);
  /// Of a user at home here, whom somebody from elsewhere listed.
  void Hear(const Farewell& farewell);

  // Among several instances.

  /// What all connections of a user to one instance amount to.
  struct Registration {
    std::string user_id;
    std::uint64_t version = 0;  ///< Grows with each change at that instance.
    bool online = false;        ///< There is one, or a grace.
    bool lingering = false;     ///< Only by a grace.
    bool signed_off = false;    ///< Offline by the user's wish, which ends graces elsewhere too.
    bool proven = false;        ///< By a token: then those that are not do not count.
    std::uint64_t said = 0;     ///< When the user chose `status`; 0: the user did not.
    PresenceStatus status{};

    friend bool operator==(const Registration&, const Registration&) = default;
  };
  /// Another instance, as this table's owner numbers them. A number may be used again after `Forget`.
  using Origin = std::uint16_t;
  struct Located {
    Origin origin = 0;
    Registration registration;
  };
  struct FarewellAbroad {
    Origin origin = 0;  ///< Where the listed user is.
    Farewell farewell;
  };

  /// A user at home here of whom it has to be known what is registered elsewhere, or no longer.
  struct Need {
    enum class Kind : std::uint8_t { kWanted, kWantedAgain, kUnwanted };
    std::string user_id;
    Kind kind = Kind::kWanted;
  };
  [[nodiscard]] std::vector<Need> TakeNeeds();
  /// What is to be registered, the newest of each user, once. Other tables' users are theirs to register.
  [[nodiscard]] std::vector<Registration> TakeRegistrations();
  /// As `TakeFarewells`, for who is connected to another instance.
  [[nodiscard]] std::vector<FarewellAbroad> TakeFarewellsAbroad();

  /// Names all who are wanted, or all who are online here, once more.
  void AskAgain();
  void RegisterAgain();

  /// What a user is registered with elsewhere now. Nothing if it is older than what is known, or not needed.
  void ImportRegistration(const Located& located);
  /// All that is registered of the user elsewhere. What is known of an origin that is not among `found` is
  /// dropped where the origin counts as `complete`.
  void Answer(std::string_view user_id, std::span<const Located> found, const std::vector<bool>& complete);
  /// The instance is gone, and all that is registered by it.
  void Forget(Origin origin);
  /// Of a user who is connected here.
  void HearFromAbroad(const Farewell& farewell);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg
