#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/status.h"
#include "servers/cli/operator_token.h"
#include "servers/common/peer_flags.h"

namespace CLI {
class App;
}

namespace oofgg::cli {

/// What every command is given: where the servers are, whose session it is, how to answer.
struct Settings {
  Endpoints endpoints;
  std::string session_file;  ///< Empty: in the home directory.
  servers::PeerSettings peers;
  bool tls = false;
  bool insecure = false;  ///< Plaintext to other machines, as on a private network.
  bool json = false;
  std::chrono::milliseconds timeout{10'000};
};

/// A game server, and the access token of somebody there.
struct GameAccess {
  std::string address;  ///< Empty: that of the settings.
  bool tls = false;     ///< Also if the settings do not ask for it.
  std::string ca_file;  ///< Empty: that of the settings.
  std::string access_token;
};

/// One run of the program. Threads: commands run on the main thread; `Print` is safe from any.
class Context {
 public:
  explicit Context(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// The client, on this player's session file. Made at the first call.
  StatusOr<Client*> client();
  /// The same, of somebody who is signed in. kUnauthenticated that says how to sign in.
  StatusOr<Client*> signed_in_client();
  /// A client of its own, on the same session, whose callbacks run on `callbacks`, which outlives it.
  StatusOr<std::unique_ptr<Client>> NewSignedInClient(Executor* callbacks) const;
  /// The same, with no session but that access token, at the game server `game`.
  StatusOr<std::unique_ptr<Client>> NewTokenClient(const GameAccess& game, Executor* callbacks) const;
  /// The same, of an admin; of the operator, who need not be signed in, if `keys` name a directory.
  StatusOr<Client*> admin_client(const OperatorKeys& keys);

  /// Passwords and tokens do not leave this machine in plaintext unasked. kFailedPrecondition if `address`,
  /// which `field` names, is another's, with `cure`: what would encrypt.
  [[nodiscard]] Status CheckPrivate(const std::string& field, const std::string& address,
                                    const std::string& cure) const;

  /// Signs out on this machine.
  Status ForgetSession();
  /// Where this player's tokens are.
  [[nodiscard]] std::string session_file() const;

  /// What the program exits with, such as 1 for an answer that is no. An error exits with 1 at least.
  void SetExitStatus(int status) { exit_status_ = status; }
  [[nodiscard]] int exit_status() const { return exit_status_; }

  /// One line for people, or, under `--json`, the object. What of the line may come from other players is
  /// made harmless for a terminal here.
  void Print(const std::string& line, const nlohmann::json& object) const;

  /// A line on stderr about what was done besides, also for scripts: under `--json`, an object.
  void Warn(const std::string& line) const;
  /// For who has just signed in: says if that took the place of a session of `former_user`, if somebody else.
  void WarnIfReplaced(const std::string& former_user) const;

  /// A word to somebody who sits before a terminal and waits; neither a script nor `--json` gets it.
  void Hint(const std::string& line) const;

 private:
  /// On this player's session file.
  [[nodiscard]] StatusOr<std::unique_ptr<Client>> OpenSession(ClientOptions options) const;
  /// Without a session.
  [[nodiscard]] StatusOr<std::unique_ptr<Client>> NewClient(ClientOptions options) const;
  [[nodiscard]] StatusOr<std::unique_ptr<Client>> NewClient(ClientOptions options,
                                                            GrpcTransportOptions transport) const;

  Settings settings_;
  int exit_status_ = 0;
  std::unique_ptr<Client> client_;
};

/// A command's body. Its status becomes the exit status and the line on stderr.
using Command = std::function<Status(Context&)>;

/// Where each group of commands adds itself: a subcommand of `app` that sets `*chosen` when it is named.
void AddAccountCommands(CLI::App& app, Command* chosen);
void AddGuestCommands(CLI::App& app, Command* chosen);
void AddSessionCommands(CLI::App& app, Command* chosen);
void AddCareCommands(CLI::App& app, Command* chosen);
void AddUserCommands(CLI::App& app, Command* chosen);
void AddServiceCommands(CLI::App& app, Command* chosen);
/// Adds to the `token` of the account's commands, hence after them.
void AddTokenCommands(CLI::App& app, Command* chosen);
void AddFleetCommands(CLI::App& app, Command* chosen);
void AddGameCommands(CLI::App& app, Command* chosen);
void AddPlayCommands(CLI::App& app, Command* chosen);
void AddScoreCommands(CLI::App& app, Command* chosen);
void AddHistoryCommand(CLI::App& app, Command* chosen);
void AddLoadCommands(CLI::App& app, Command* chosen);
void AddShellCommand(CLI::App& app, Command* chosen);
/// Their settings come from all layers, so they are bound to `flags`.
void AddKeysCommands(CLI::App& app, servers::Flags& flags, Command* chosen);
void AddUpCommand(CLI::App& app, servers::Flags& flags, Command* chosen);

}  // namespace oofgg::cli
