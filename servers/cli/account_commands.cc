// register, login, whoami, refresh, logout.

#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/context.h"

namespace oofgg::cli {
namespace {

using nlohmann::json;

/// Turns the terminal's echo off while a password is typed.
class EchoOff {
 public:
  EchoOff() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~EchoOff() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

/// Typed unseen, or the first line of stdin when that is no terminal; never an argument, which every
/// process of the machine can read.
StatusOr<std::string> ReadPassword() {
  std::string password;
  const bool typed = isatty(STDIN_FILENO) != 0;
  if (typed) std::fprintf(stderr, "password: ");
  {
    const EchoOff quiet;
    std::getline(std::cin, password);
  }
  if (typed) std::fprintf(stderr, "\n");
  if (password.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument, "no password; type it, or send it as a line on stdin");
  }
  return password;
}

Status PrintSession(Context& context, const AuthTokens& tokens, const std::string& username) {
  context.Print("signed in as " + username + " (" + tokens.user_id + ")",
                {{"user_id", tokens.user_id}, {"username", username}, {"expires_in", tokens.expires_in.count()}});
  return {};
}

Status Register(Context& context, const std::string& username, const std::string& email) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(std::string password, ReadPassword());
  OOFGG_ASSIGN_OR_RETURN(const AuthTokens tokens,
                         client->auth().Register({.username = username, .email = email, .password = password}));
  // The name that others see on leaderboards.
  Player profile;
  profile.username = username;
  if (const auto player = client->players().CreatePlayer(profile); !player.ok()) {
    std::fprintf(stderr, "oofgg: registered, but the profile could not be made yet: %s\n",
                 std::string(player.status().message()).c_str());
  }
  return PrintSession(context, tokens, username);
}

Status Login(Context& context, const std::string& username) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(std::string password, ReadPassword());
  OOFGG_ASSIGN_OR_RETURN(const AuthTokens tokens,
                         client->auth().Login({.username = username, .password = password}));
  return PrintSession(context, tokens, username);
}

StatusOr<Client*> SignedIn(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  if (client->tokens().refresh_token.empty()) {
    return MakeStatus(StatusCode::kUnauthenticated, "not signed in; run: oofgg login NAME");
  }
  return client;
}

Status WhoAmI(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, SignedIn(context));
  OOFGG_ASSIGN_OR_RETURN(const Player player, client->players().GetPlayer({}));
  const SessionTokens tokens = client->tokens();
  OOFGG_ASSIGN_OR_RETURN(const auto valid, client->auth().ValidateToken({.access_token = tokens.access_token}));
  context.Print(player.username + " (" + tokens.user_id + "), role " + valid.role,
                {{"user_id", tokens.user_id}, {"username", player.username}, {"role", valid.role}});
  return {};
}

Status Refresh(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, SignedIn(context));
  OOFGG_ASSIGN_OR_RETURN(const SessionTokens tokens, client->auth().Refresh());
  const auto left = std::chrono::ceil<std::chrono::seconds>(tokens.expires_at - std::chrono::system_clock::now());
  context.Print("refreshed; good for " + std::to_string(left.count()) + " s",
                {{"user_id", tokens.user_id}, {"expires_in", left.count()}});
  return {};
}

Status Logout(Context& context) {
  OOFGG_RETURN_IF_ERROR(context.ForgetSession());
  context.Print("signed out on this machine", {{"signed_out", true}});
  return {};
}

}  // namespace

void AddAccountCommands(CLI::App& app, Command* chosen) {
  const auto name = std::make_shared<std::string>();
  const auto email = std::make_shared<std::string>();
  auto* enroll = app.add_subcommand("register", "Make an account and sign in; the password is read from stdin");
  enroll->add_option("username", *name, "3 to 32 letters, digits, _ . -")->required();
  enroll->add_option("--email", *email, "For getting the account back");
  enroll->callback([=] { *chosen = [=](Context& context) { return Register(context, *name, *email); }; });

  auto* login = app.add_subcommand("login", "Sign in; the password is read from stdin");
  login->add_option("username", *name, "User name or e-mail")->required();
  login->callback([=] { *chosen = [=](Context& context) { return Login(context, *name); }; });

  app.add_subcommand("whoami", "Who is signed in")->callback([=] { *chosen = WhoAmI; });
  app.add_subcommand("refresh", "Renew the session now; it does so by itself")->callback([=] { *chosen = Refresh; });
  app.add_subcommand("logout", "Forget the session on this machine")->callback([=] { *chosen = Logout; });
}

}  // namespace oofgg::cli
