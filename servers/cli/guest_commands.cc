// guest, upgrade, twitch-login.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/account_text.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/device_file.h"
#include "servers/cli/password.h"
#include "servers/cli/profile.h"

namespace oofgg::cli {
namespace {

void PrintSignIn(const Context& context, const AuthTokens& tokens, const std::string& by,
                 const std::string& former_user) {
  context.WarnIfReplaced(former_user);
  context.Print("signed in " + by + " (" + tokens.user_id + ")",
                {{"user_id", tokens.user_id}, {"expires_in", tokens.expires_in.count()}});
}

Status SignInAsGuest(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  const std::string former_user = client->tokens().user_id;
  OOFGG_ASSIGN_OR_RETURN(const std::string secret,
                         LoadOrMakeDeviceSecret(context.session_file() + ".device"));
  OOFGG_ASSIGN_OR_RETURN(const AuthTokens tokens, client->account().GuestLogin({secret}));
  PrintSignIn(context, tokens, "as this device's guest", former_user);
  return {};
}

Status Upgrade(Context& context, UpgradeAccountRequest request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(request.password, ReadPassword(/*twice=*/true));
  OOFGG_ASSIGN_OR_RETURN(const Account account, client->account().UpgradeAccount(request));
  NameProfile(context, *client, account.username);
  PrintAccount(context, account);
  return {};
}

Status SignInWithTwitch(Context& context, TwitchLoginRequest request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  const std::string former_user = client->tokens().user_id;
  OOFGG_ASSIGN_OR_RETURN(request.helix_token, ReadSecret("Twitch token"));
  OOFGG_ASSIGN_OR_RETURN(const AuthTokens tokens, client->auth().TwitchLogin(request));
  PrintSignIn(context, tokens, "with Twitch", former_user);
  return {};
}

}  // namespace

void AddGuestCommands(CLI::App& app, Command* chosen) {
  auto* guest = app.add_subcommand("guest", "Sign in as this device's guest, without a name or a password");
  guest->footer(
      "The device is known by a secret in a file beside that of the session, such as\n"
      "~/.oofgg/session.json.device: whoever has it is the guest, and without it the guest is lost.\n"
      "`oofgg upgrade` makes a full account of it.");
  guest->callback([=] { *chosen = SignInAsGuest; });

  const auto request = std::make_shared<UpgradeAccountRequest>();
  auto* upgrade = app.add_subcommand(
      "upgrade", "Give a guest's account a name and a password, which is asked for or read from stdin");
  AddPositional(*upgrade, "NAME", &request->username, "3 to 32 letters, digits, _ . -");
  AddText(*upgrade, "--email", &request->email, "For getting the account back (default: none)");
  upgrade->footer("Example:\n  oofgg guest && oofgg upgrade ann --email ann@example.com");
  upgrade->callback([=] { *chosen = [=](Context& context) { return Upgrade(context, *request); }; });

  const auto twitch_request = std::make_shared<TwitchLoginRequest>();
  auto* twitch = app.add_subcommand(
      "twitch-login", "Sign in with an account at Twitch; asks for its token, or reads it from stdin");
  AddText(*twitch, "--client-id", &twitch_request->client_id,
          "The application that the token was made for (default: the server's)");
  AddText(*twitch, "--user-id", &twitch_request->user_id, "Refuse any other user (default: the token's)");
  twitch->footer("Example:\n  oofgg twitch-login < twitch-token.txt");
  twitch->callback(
      [=] { *chosen = [=](Context& context) { return SignInWithTwitch(context, *twitch_request); }; });
}

}  // namespace oofgg::cli
