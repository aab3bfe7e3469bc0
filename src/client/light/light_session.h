#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/light/friend_book.h"
#include "oofgg/clock.h"
#include "oofgg/model/presence.h"
#include "oofgg/parse.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// What a user of the light client wants.
struct LightWishes {
  std::string user_id;
  std::vector<std::string> friends{};
  std::optional<PresenceStatus> status{};
  bool signs_off = false;
};

/// One attempt to be online by the presence port, in protocol v2 (docs/presence.md): what is said when, and
/// what the answers mean. Without socket, thread or clock: bytes and time come in, bytes go out. One more
/// attempt is one more session. What TCP and UDP do alike is here.
///
/// What is wished for is said with a revision, over TCP as a `ping` and over UDP as a `rev`, and is in force
/// when that comes back. All that there was to tell of the friends has come when a later revision that
/// changes nothing (the fence) has come back too.
/// Threads: not safe; one owner. Lifetime: `wishes` and `book` outlive it.
class LightSession {
 public:
  enum class Phase : std::uint8_t {
    kOpen,
    kLost,      ///< Another attempt may do better.
    kRefused,   ///< Nor will it do better, says the server.
    kSignedOff  ///< As was wished.
  };
  struct Parts {
    const LightWishes& wishes;
    FriendBook& book;
    std::string token{};               ///< Empty: none is sent.
    std::uint64_t first_revision = 1;  ///< Above those of earlier sessions.
    Duration heartbeat{};
    std::uint64_t seed = 0;  ///< Of the jitter.
  };
  static constexpr std::chrono::seconds kPatience{3};  ///< For an answer.

  explicit LightSession(Parts parts);
  virtual ~LightSession() = default;

  /// The link is there.
  virtual void Start(TimePoint now) = 0;
  /// Of TCP any bytes, of UDP one datagram.
  virtual void OnBytes(TimePoint now, std::string_view bytes) = 0;
  /// What is wished has changed.
  virtual void OnFriends(TimePoint now) = 0;
  virtual void OnStatus(TimePoint now) = 0;
  virtual void OnSignOff(TimePoint now) = 0;
  /// Passes `object` on, if there is a way to; see LightPresence.
  virtual bool SendRaw(const std::string& object) = 0;
  virtual void Advance(TimePoint now) = 0;
  /// When `Advance` is wanted next.
  [[nodiscard]] virtual TimePoint NextDeadline() const = 0;

  /// What to send, each a datagram over UDP.
  [[nodiscard]] virtual std::vector<std::string> TakeOutput() { return std::exchange(output_, {}); }

  [[nodiscard]] Phase phase() const { return phase_; }
  /// Of a session that is lost or refused.
  [[nodiscard]] const Status& why() const { return why_; }
  /// Where the server sends us, of a session that is lost by that.
  [[nodiscard]] const std::optional<HostPort>& redirect() const { return redirect_; }
  /// Whether all was said and heard at least once.
  [[nodiscard]] bool was_settled() const { return was_settled_; }
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

 protected:
  using Json = nlohmann::json;

  /// A line of the server's as JSON; not an object if it is not one.
  [[nodiscard]] static Json Parse(std::string_view line);
  [[nodiscard]] static std::string TextOf(const Json& object);
  [[nodiscard]] static std::optional<std::uint64_t> CountIn(const Json& object, std::string_view member);

  /// Of an object that says who this is.
  void AddIdentity(Json& object) const;
  void AddStatus(Json& object) const;

  /// True if `object` ended the session by its `error` or `redirect`.
  bool HearEnd(const Json& object);
  void HearUpdate(const Json& object);
  /// What `revision` said is in force, in place of what was said before it.
  void Confirm(std::uint64_t revision);
  /// The book knows all that there is to know of the list in force.
  void Settle();
  void SignedOff() { phase_ = Phase::kSignedOff; }
  void Lose(std::string_view why);
  void Refuse(Status why);
  /// The server is silent.
  void GiveUp();
  [[nodiscard]] bool is_open() const { return phase_ == Phase::kOpen; }
  [[nodiscard]] bool is_confirmed() const { return confirmed_ >= revision_; }

  const Parts parts_;
  std::vector<std::string> output_;
  std::uint64_t revision_;                                   // The newest.
  std::uint64_t confirmed_ = 0;                              // The newest in force.
  std::map<std::uint64_t, std::vector<std::string>> lists_;  // By revision, until it is in force.
  bool settled_ = false;

 private:
  void End(Phase phase, Status why);
  bool HearRedirect(const Json& object);

  bool was_settled_ = false;
  Phase phase_ = Phase::kOpen;
  Status why_;
  std::optional<HostPort> redirect_;
};

}  // namespace oofgg::internal
