#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/auth/revocation_list.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"
#include "oofgg/transport.h"
#include "servers/common/flags.h"
#include "servers/common/peer_flags.h"

namespace oofgg::rpc {
class ServiceHost;
}

namespace oofgg::servers {

/// Where a server that verifies tokens by itself hears of sessions that ended before.
struct RevocationSettings {
  std::string auth;             ///< gRPC of oofgg-auth; empty: nowhere, and tokens are good until they end.
  bool auth_tls = false;        ///< Speak TLS to it, as `PeerSettings` say.
  std::string credential_file;  ///< Holds a service credential; mode 0600.
};

/// Adds the flags of `settings`.
void AddRevocationFlags(Flags& flags, RevocationSettings& settings);

/// kInvalidArgument where they do not fit together.
[[nodiscard]] Status CheckTogether(const RevocationSettings& settings);

/// Said once the server serves: one that cannot start says why, and nothing else.
void WarnIfNotFollowed(const RevocationSettings& settings);

/// What follows from an end.
struct RevocationActions {
  /// Ends what this session has open. Runs once its tokens are refused.
  std::function<void(std::string_view session_id)> end_session;
  /// Sends away whatever is open, since something may have been missed: who still has a session comes back.
  std::function<void()> end_all;
  /// Deletes what is kept of somebody whose account was deleted. Told again after each start, and after a
  /// long absence. Must be quick.
  std::function<void(const DeletedUser&)> forget_user{};
};

/// What a server does with `host` and what else it told that of.
[[nodiscard]] RevocationActions ActionsOn(rpc::ServiceHost& host,
                                          std::function<void(const DeletedUser&)> forget_user);

class OpsServer;
class RevocationKeeper;

/// Shows `oofgg_revocation_silence_seconds` where there is a `keeper`, which outlives the scrapes.
void AddSilenceGauge(OpsServer& ops, const RevocationKeeper* keeper);

/// Keeps a RevocationList up to date by one stream from the auth server, for as long as this lives. While
/// that is away, the list stays as it is; the stream then goes on where it ended. A silence of more than 10 s
/// is in the log, once, and so is its end. Threads: safe.
class RevocationKeeper {
 public:
  /// Null where `settings` name no auth server. Does not wait for the auth server, nor need
  /// it: while that is away, this server goes on. Errors: the credential file's, kFailedPrecondition
  /// (plaintext to another machine).
  [[nodiscard]] static StatusOr<std::unique_ptr<RevocationKeeper>> Start(
      const RevocationSettings& settings, const PeerSettings& peers, bool insecure,
      std::shared_ptr<auth::RevocationList> list, RevocationActions actions);
  /// The same over a transport of any kind, on an executor whose threads make no blocking calls and that
  /// outlives the keeper.
  [[nodiscard]] static std::unique_ptr<RevocationKeeper> Over(std::shared_ptr<Transport> auth,
                                                              std::string credential,
                                                              std::shared_ptr<auth::RevocationList> list,
                                                              RevocationActions actions, Executor& executor,
                                                              const Clock& clock = Clock::System());
  ~RevocationKeeper();
  RevocationKeeper(const RevocationKeeper&) = delete;
  RevocationKeeper& operator=(const RevocationKeeper&) = delete;

  /// For how long nothing has been heard, be it that there is nothing new; grows while the auth server is
  /// away.
  [[nodiscard]] Duration silence() const;

 private:
  struct State;
  explicit RevocationKeeper(std::shared_ptr<State> state);

  std::unique_ptr<Executor> own_executor_;  // After `Start`; goes last.
  std::shared_ptr<State> state_;
};

}  // namespace oofgg::servers
