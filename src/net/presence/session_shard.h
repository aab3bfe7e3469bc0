#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_set.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/presence/connection_limiter.h"
#include "net/presence/handshake_limiter.h"
#include "net/presence/object_limiter.h"
#include "net/presence/presence_tcp_listener.h"
#include "net/presence/strand.h"
#include "net/presence/wake_queue.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"

namespace oofgg::net {

class TcpSession;

/// Counts what happens. Threads: safe.
class PresenceTcpTally {
 public:
  void Count(std::uint64_t PresenceTcpCounts::*what) {
    const std::lock_guard lock(mutex_);
    ++(counts_.*what);
  }
  [[nodiscard]] PresenceTcpCounts Read() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;  // A leaf.
  PresenceTcpCounts counts_;
};

/// What all sessions of a listener share.
struct PresenceTcpContext {
  PresenceTcpContext(presence::PresenceHub& the_hub, const Clock& the_clock, Executor& the_timers,
                     PresenceAuthenticator the_authenticator, PresenceTcpOptions the_options)
      : hub(the_hub),
        clock(the_clock),
        timers(the_timers),
        authenticate(std::move(the_authenticator)),
        options(std::move(the_options)),
        limiter(options.max_connections, options.max_connections_per_address,
                options.max_friends_per_address),
        handshakes(the_clock, options.handshakes, options.handshakes_per_address),
        objects(the_clock, options.objects_per_address, options.spares_this_machine) {}

  presence::PresenceHub& hub;
  const Clock& clock;
  Executor& timers;
  const PresenceAuthenticator authenticate;
  const PresenceTcpOptions options;
  ConnectionLimiter limiter;
  PresenceTcpTally tally;
  HandshakeLimiter handshakes;
  ObjectLimiter objects;
  /// Set before the first farewell, so that nobody hears of those who go before them.
  std::atomic<bool> draining{false};
};

/// Some of a listener's sessions, their deadlines, and a read buffer for all of them. Everything of theirs
/// happens on one strand, so that they need no locks.
/// Threads: `Wake`, `Post` and `Stop` are safe from any thread; the rest belongs to the strand.
class SessionShard : public std::enable_shared_from_this<SessionShard> {
 public:
  /// The connections that a login's token opened, by its `sid`.
  using Logins = std::multimap<std::string, TcpSession*, std::less<>>;

  SessionShard(boost::asio::io_context& io, std::shared_ptr<PresenceTcpContext> context);

  [[nodiscard]] PresenceTcpContext& context() { return *context_; }
  [[nodiscard]] const Strand& strand() const { return strand_; }
  [[nodiscard]] std::array<char, 64 * 1024>& read_buffer() { return read_buffer_; }

  /// Runs `function` on the strand, unless the shard has stopped.
  template <typename Function>
  void Post(Function function) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) boost::asio::post(strand_, std::move(function));
  }

  /// Pumps the session soon. Many wakes at once share one visit to the strand.
  void Wake(std::shared_ptr<TcpSession> session, WakeTurn turn);

  /// Has the session go on with its handshake when it is its turn. There is one handshake in a visit to the
  /// strand, so that those who are being told something wait for one at most.
  void QueueHandshake(std::shared_ptr<TcpSession> session);

  void Add(TcpSession& session) { sessions_.insert(&session); }
  void Remove(TcpSession& session);

  /// Calls `session.OnDeadline()` at `when`, instead of what was set before; kNever: not at all.
  void SetDeadline(TcpSession& session, TimePoint when);

  Logins::iterator AddLogin(std::string login, TcpSession& session) {
    return logins_.emplace(std::move(login), &session);
  }
  void RemoveLogin(Logins::iterator login) { logins_.erase(login); }
  /// Ends the connections of that login.
  void EndLogin(std::string_view login);
  /// Has those of all logins come back.
  void SendLoginsAway();

  /// Bids all farewell. `context().draining` has been set.
  void Drain();

  /// Closes all at once, from outside the strand, when nothing runs it any more.
  void Stop();

 private:
  void PostPump();
  void PumpWoken();
  void PostHandshake();
  void RunHandshake();
  void ArmTimer();
  void Expire();

  const std::shared_ptr<PresenceTcpContext> context_;
  const Strand strand_;
  std::array<char, 64 * 1024> read_buffer_;
  absl::flat_hash_set<TcpSession*> sessions_;
  Logins logins_;
  absl::btree_set<std::pair<TimePoint, TcpSession*>> deadlines_;
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;

  std::mutex mutex_;  // A leaf. Guards what follows, and posting against the end of the io_context.
  bool stopped_ = false;
  // While there is any in one of them, a visit for it is posted.
  WakeQueue<std::shared_ptr<TcpSession>> woken_;
  std::deque<std::shared_ptr<TcpSession>> handshakes_;
};

}  // namespace oofgg::net
