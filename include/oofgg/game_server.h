#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/auth/join_ticket.h"
#include "oofgg/auth/jwks.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg {

struct GameServerOptions {
  std::string control_listen = "127.0.0.1:3100";  ///< Where the maker reaches the Reservation API.
  std::uint32_t slots = 3;                        ///< Players at once, at least 1.
  std::string server_id;                          ///< Whom join tickets must name. Empty: none are taken.
  auth::Jwks maker_keys;                          ///< What join tickets are verified with.
  bool registers = false;  ///< `maker_keys` come by `SetMakerKeys`; until then no ticket is good.
  std::chrono::seconds join_timeout{30};  ///< A seat whose player never connects is free after this.
  std::chrono::seconds idle_timeout{0};   ///< Close when empty for this long; 0: never.
  /// Close when empty, and nobody has called the control port for this long: the maker is gone for good, and
  /// no other has adopted this server. 0: never.
  std::chrono::seconds orphan_timeout{600};
  /// Runs on the control thread when the maker has given the seat of a connected player away: close their
  /// link, or the server is over its capacity. Post that to the game's thread, and there leave alone whom
  /// `IsSeated` knows: they were let in anew meanwhile.
  std::function<void(std::string_view player_id)> on_revoked{};

  /// The options in the environment of this process: OOFGG_CONTROL_LISTEN, OOFGG_SLOTS, OOFGG_SERVER_ID,
  /// OOFGG_MAKER_JWKS (a JWK set), OOFGG_JOIN_TIMEOUT, OOFGG_IDLE_TIMEOUT, OOFGG_ORPHAN_TIMEOUT (durations
  /// such as `60s`); what is absent keeps its default. A maker that signs join tickets sets OOFGG_SERVER_ID
  /// and OOFGG_MAKER_JWKS, and no other: the control port comes by its command line, as `{control_port}`, and
  /// belongs into `control_listen`. Errors: kInvalidArgument names the variable.
  [[nodiscard]] static StatusOr<GameServerOptions> FromEnvironment();
};

/// What `GET /status` reports: `{"slots":3,"reserved":2,"players":1}`.
struct GameServerLoad {
  std::uint32_t slots = 0;
  std::uint32_t reserved = 0;  ///< Seats taken, whether the player is connected yet or not.
  std::uint32_t players = 0;   ///< Of those, connected.

  friend bool operator==(const GameServerLoad&, const GameServerLoad&) = default;
};

/// The part of a game server that the maker talks to: it serves the Reservation API, lets players in on a
/// join ticket, and closes when it is no longer needed. The game itself, its sockets and its loop are yours.
///
/// Threads: methods are safe from any thread. One thread of its own serves the control port.
/// Lifetime: the destructor joins that thread; it must not run inside `on_close`.
class GameServer {
 public:
  /// Runs once, on the control thread, when the server should end: told to by the maker, or idle.
  using OnClose = std::function<void(std::string_view reason)>;

  /// Errors: kInvalidArgument (an option), kUnavailable (the port is taken).
  [[nodiscard]] static StatusOr<std::unique_ptr<GameServer>> Start(GameServerOptions options,
                                                                   OnClose on_close,
                                                                   const Clock& clock = Clock::System());
  ~GameServer();
  GameServer(const GameServer&) = delete;
  GameServer& operator=(const GameServer&) = delete;

  /// Takes the join ticket of a player who has connected; the seat is theirs until `PlayerLeft`. A ticket is
  /// good for one use, and only one that led to a seat is spent. A player whose link broke unnoticed comes
  /// back with a new ticket, which the maker gives to whoever holds the seat: the newer connection then
  /// replaces the older one, and `PlayerLeft` must not be called for that. Errors: kUnauthenticated or
  /// kAlreadyExists (see join_ticket.h), kNotFound (no seat is reserved for that player, or no longer).
  [[nodiscard]] StatusOr<auth::JoinTicket> Admit(std::string_view join_ticket);

  /// For servers whose maker signs no tickets: takes the player on the reservation alone.
  /// Errors: kNotFound as above; kFailedPrecondition where tickets are required.
  [[nodiscard]] Status AdmitWithoutTicket(std::string_view player_id);

  /// The player's connection is gone: frees the seat. Whoever was not let in is ignored.
  void PlayerLeft(std::string_view player_id);

  /// Whether the player was let in and holds the seat still.
  [[nodiscard]] bool IsSeated(std::string_view player_id) const;

  /// Join tickets are verified with `keys` from now on: the maker has others, as a server hears that
  /// registers itself. Players who are in stay in.
  void SetMakerKeys(auth::Jwks keys);

  [[nodiscard]] GameServerLoad load() const;
  [[nodiscard]] std::uint16_t control_port() const;

 private:
  class Impl;
  explicit GameServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg
