// register, login, whoami, refresh, token show.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/password.h"
#include "servers/cli/profile.h"

namespace oofgg::cli {
namespace {

/// A shown token is typed or pasted; one that ends at once is of no use.
constexpr std::chrono::minutes kUsefulLife{2};

std::int64_t SecondsLeft(const SessionTokens& tokens) {
  return std::chrono::ceil<std::chrono::seconds>(tokens.expires_at - std::chrono::system_clock::now())
      .count();
}

Status PrintSession(Context& context, const AuthTokens& tokens, const std::string& username,
                    const std::string& former_user) {
  context.WarnIfReplaced(former_user);
  context.Print(
      "signed in as " + username + " (" + tokens.user_id + ")",
      {{"user_id", tokens.user_id}, {"username", username}, {"expires_in", tokens.expires_in.count()}});
  return {};
}

Status Register(Context& context, const std::string& username, const std::string& email) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  const std::string former_user = client->tokens().user_id;
  OOFGG_ASSIGN_OR_RETURN(std::string password, ReadPassword(/*twice=*/true));
  OOFGG_ASSIGN_OR_RETURN(
      const AuthTokens tokens,
      client->auth().Register({.username = username, .email = email, .password = password}));
  NameProfile(context, *client, username);
  return PrintSession(context, tokens, username, former_user);
}

Status Login(Context& context, const std::string& username) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  const std::string former_user = client->tokens().user_id;
  OOFGG_ASSIGN_OR_RETURN(std::string password, ReadPassword(/*twice=*/false));
  OOFGG_ASSIGN_OR_RETURN(const AuthTokens tokens,
                         client->auth().Login({.username = username, .password = password}));
  return PrintSession(context, tokens, username, former_user);
}

/// Who has an access token and nothing else, such as a service, has no account to ask for.
Status WhichService(Context& context, Client& client) {
  const SessionTokens tokens = client.tokens();
  OOFGG_ASSIGN_OR_RETURN(const auto valid,
                         client.auth().ValidateToken({.access_token = tokens.access_token}));
  if (!valid.is_valid)
    return MakeStatus(StatusCode::kUnauthenticated, "the access token is not good any more");
  context.Print(tokens.user_id + ", role " + valid.role, {{"user_id", tokens.user_id}, {"role", valid.role}});
  return {};
}

Status WhoAmI(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  if (client->tokens().refresh_token.empty()) return WhichService(context, *client);
  OOFGG_ASSIGN_OR_RETURN(const Account account, client->account().GetAccount({}));
  const std::string name = account.username.empty() ? "a guest" : account.username;
  context.Print(name + " (" + account.user_id + "), role " + account.role,
                {{"user_id", account.user_id}, {"username", account.username}, {"role", account.role}});
  return {};
}

Status Refresh(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const SessionTokens tokens, client->auth().Refresh());
  const std::int64_t left = SecondsLeft(tokens);
  context.Print("refreshed; the access token is good for " + std::to_string(left) + " s",
                {{"user_id", tokens.user_id}, {"expires_in", left}});
  return {};
}

/// For curl, grpcurl and other programs that know no SDK.
Status ShowToken(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  SessionTokens tokens = client->tokens();
  if (tokens.expires_at - std::chrono::system_clock::now() < kUsefulLife) {
    OOFGG_ASSIGN_OR_RETURN(tokens, client->auth().Refresh());
  }
  context.Print(tokens.access_token,
                {{"access_token", tokens.access_token}, {"expires_in", SecondsLeft(tokens)}});
  return {};
}

}  // namespace

void AddAccountCommands(CLI::App& app, Command* chosen) {
  const auto name = std::make_shared<std::string>();
  const auto email = std::make_shared<std::string>();
  auto* enroll = app.add_subcommand(
      "register", "Make an account and sign in; asks for a password, or reads it from stdin");
  AddPositional(*enroll, "NAME", name.get(), "3 to 32 letters, digits, _ . -");
  AddText(*enroll, "--email", email.get(), "For getting the account back (default: none)");
  enroll->callback([=] { *chosen = [=](Context& context) { return Register(context, *name, *email); }; });

  auto* login = app.add_subcommand("login", "Sign in; asks for the password, or reads it from stdin");
  AddPositional(*login, "NAME", name.get(), "User name or e-mail");
  login->callback([=] { *chosen = [=](Context& context) { return Login(context, *name); }; });

  app.add_subcommand("whoami", "Who is signed in")->callback([=] { *chosen = WhoAmI; });
  app.add_subcommand("refresh", "Renew the session now, which otherwise happens by itself")->callback([=] {
    *chosen = Refresh;
  });
  auto* token = app.add_subcommand("token", "The access token")->require_subcommand(1);
  token->add_subcommand("show", "Print one that is good for two minutes or more, for curl and the like")
      ->callback([=] { *chosen = ShowToken; });
}

}  // namespace oofgg::cli
