#pragma once

#include <absl/functional/any_invocable.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// The number behind which the events of a run begin (SessionStore::NextStreamRun). 2^32 events a run; 2^21
/// runs fit below 2^53, beyond which JavaScript's numbers are no longer exact. Never 0, which is what a
/// client says that was never told a number.
[[nodiscard]] constexpr std::uint64_t BaseOfRun(std::uint64_t run) { return run == 0 ? 1 : run << 32; }

/// One entry of a session's log: an event, and what it does to streams wherever the session is served.
struct RelayEntry {
  enum class Effect : std::uint8_t {
    kNone = 0,
    /// Streams of `event.player_id` end with `why`, and do not see it; but for those who were let in again,
    /// by a later version of the session's row than `row_version`.
    kKick = 1,
    kEnd = 2,  ///< All streams end behind it, with `why`.
    /// No event: those numbered `lost_first` to `lost_last` are gone, but some have seen them. Without
    /// numbers: this one stands for what was to be told and could not be.
    kLost = 3,
  };

  GameEvent event{};
  Effect effect = Effect::kNone;
  Status why{};
  std::int64_t row_version = 0;
  std::uint64_t lost_first = 0;
  std::uint64_t lost_last = 0;
  Duration age{};  ///< How long ago it was appended, where the log is read; not kept with it.
};

/// What several instances that serve the same sessions tell each other: one log of numbered entries a
/// session, which all of them see in one order, and which rows changed. An instance without one serves its
/// sessions alone.
///
/// Numbers grow by one, or jump where the log may have lost its end, to the next run (SessionStore); none is
/// given out twice.
///
/// Threads: safe; nothing blocks. Callbacks come from threads of its own, for one session one at a time, and
/// must neither wait nor call back. Lifetime: outlives what attaches to it and follows.
class EventRelay {
 public:
  /// The room at this instance.
  class Home {
   public:
    virtual ~Home() = default;
    /// The session's row changed at another instance; perhaps that of any, where `session_id` is empty.
    virtual void OnRowChanged(std::string_view session_id) = 0;
    /// `SessionStore::NextStreamRun`. May block.
    virtual StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) = 0;
  };

  /// Who hears a session's log.
  class Follower {
   public:
    virtual ~Follower() = default;
    /// Once, before all else: what the log has kept, as entries behind number `base`.
    virtual void OnOpened(std::uint64_t base, std::vector<RelayEntry> kept) = 0;
    /// The next entries; nothing is missing before them.
    virtual void OnEntries(std::vector<RelayEntry> entries) = 0;
    /// Entries with these numbers are gone; what comes next has numbers beyond.
    virtual void OnLost(std::uint64_t first, std::uint64_t last) = 0;
    /// What was asked of the log was not answered in time; it is asked again by and by.
    virtual void OnUnavailable(const Status& why) = 0;
    /// There is no log, and there is no session that one could be begun for. The last that is told.
    virtual void OnGone(const Status& why) = 0;
  };

  /// Dropping it ends the following; one more call may be under way.
  class Following {
   public:
    virtual ~Following() = default;
  };

  /// Told once, if the entry could not be appended or it is not known whether it was.
  using OnFailed = absl::AnyInvocable<void(const Status& why)>;

  virtual ~EventRelay() = default;

  /// Before all else.
  virtual void Attach(std::weak_ptr<Home> home) = 0;

  [[nodiscard]] virtual std::unique_ptr<Following> Follow(const std::string& session_id,
                                                          std::weak_ptr<Follower> follower) = 0;

  /// Appends behind what was appended before here, once, and tells all who follow, here too. Player's events
  /// come with `on_failed` and are given up after a few seconds; those of the server (without) are tried for
  /// longer, and if they are given up, all who follow are told of a loss. kUnavailable: too much waits
  /// already; nothing was taken.
  virtual Status Append(const std::string& session_id, RelayEntry entry, OnFailed on_failed) = 0;

  /// Tells the other instances, perhaps this one too.
  virtual void TellRowChanged(std::string_view session_id) = 0;
};

}  // namespace oofgg::game
