#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "oofgg/auth/jwks.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// A seat: this player, in this match, on this server, and nobody else anywhere else.
struct JoinTicket {
  std::string player_id;
  std::string match_id;
  std::string server_id;

  friend bool operator==(const JoinTicket&, const JoinTicket&) = default;
};

struct JoinTicketSignerOptions {
  std::chrono::seconds lifetime{120};  ///< In which the player must have connected.
};

/// Signs join tickets, with a key of its own: whoever can seat players need not be able to log them in.
/// Threads: as safe as `random`.
class JoinTicketSigner {
 public:
  /// `clock` and `random` must outlive the signer.
  JoinTicketSigner(SigningKey key, const Clock& clock, RandomSource& random,
                   JoinTicketSignerOptions options = {});

  /// A ticket that is redeemed once. kInvalidArgument if an id is empty, too long, or not UTF-8.
  [[nodiscard]] StatusOr<std::string> Sign(const JoinTicket& ticket) const;

  /// What game servers must be given to verify.
  [[nodiscard]] StatusOr<Jwks> PublicKeys() const { return Jwks::Of({key_.verifying_key()}); }

 private:
  SigningKey key_;
  const Clock* clock_;
  RandomSource* random_;
  JoinTicketSignerOptions options_;
};

struct JoinTicketVerifierOptions {
  std::chrono::seconds clock_skew{30};
  std::size_t max_remembered = 65536;  ///< Tickets redeemed and not yet expired; more are refused.
};

/// Verifies join tickets on the game server and lets each in once. What was redeemed is remembered until it
/// would have expired, in this process: a game server that starts again must do so under a new server id. The
/// maker sees to that: a server that it starts has an id of its own, and so has each run of one that
/// registers. Threads: safe.
class JoinTicketVerifier {
 public:
  /// `clock` must outlive the verifier. Tickets for other servers than `server_id` are refused.
  JoinTicketVerifier(Jwks keys, std::string server_id, const Clock& clock,
                     JoinTicketVerifierOptions options = {});

  /// Accepts the ticket, the first time. kUnauthenticated with the reasons of token_verifier.h (a ticket for
  /// another server has TOKEN_AUDIENCE_WRONG), or kAlreadyExists with TICKET_ALREADY_USED;
  /// kResourceExhausted if too many are remembered, since to forget one would let it in again.
  ///
  /// `seat`, if given, decides last whether the player is let in, under the verifier's lock; its error is
  /// returned, and the ticket is not spent.
  [[nodiscard]] StatusOr<JoinTicket> Redeem(std::string_view ticket,
                                            const std::function<Status(const JoinTicket&)>& seat = {});

  /// Verifies with `keys` from now on, as after a rotation. What was redeemed stays so.
  void SetKeys(Jwks keys);

 private:
  [[nodiscard]] std::shared_ptr<const Jwks> Keys();
  Status CheckUnused(const std::string& token_id, WallTime until) const;
  void ForgetExpired();

  const std::string server_id_;
  const Clock* clock_;
  const JoinTicketVerifierOptions options_;
  std::mutex mutex_;  // Guards all below.
  std::shared_ptr<const Jwks> keys_;
  std::unordered_set<std::string> redeemed_;
  std::multimap<WallTime, std::string> by_expiry_;
  WallTime forgotten_until_{};  // What expired before may have been redeemed.
};

}  // namespace oofgg::auth
