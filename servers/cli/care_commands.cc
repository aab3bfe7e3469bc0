// account, password, email: what the owner of an account does with it.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/account_text.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/password.h"

namespace oofgg::cli {
namespace {

Status ShowAccount(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const Account account, client->account().GetAccount({}));
  PrintAccount(context, account);
  return {};
}

/// The password is the confirmation; who has none says `--yes`.
Status DeleteAccount(Context& context, bool sure) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const Account account, client->account().GetAccount({}));
  DeleteAccountRequest request;
  if (account.has_password) {
    OOFGG_ASSIGN_OR_RETURN(request.password, ReadPassword(/*twice=*/false));
  } else if (!sure) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "this account has no password to ask for; say --yes to delete it");
  }
  OOFGG_RETURN_IF_ERROR(client->account().DeleteAccount(request).status());
  context.Print("deleted the account and all its data", {{"user_id", account.user_id}, {"deleted", true}});
  return {};
}

/// The account's password, where it has one, comes after Twitch's token.
Status LinkTwitch(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const Account before, client->account().GetAccount({}));
  LinkTwitchRequest request;
  OOFGG_ASSIGN_OR_RETURN(request.helix_token, ReadSecret("Twitch token"));
  if (before.has_password) {
    OOFGG_ASSIGN_OR_RETURN(request.current_password, ReadPassword(/*twice=*/false));
  }
  OOFGG_ASSIGN_OR_RETURN(const Account account, client->account().LinkTwitch(request));
  context.Print("linked the account with Twitch, which opens it from now on",
                {{"user_id", account.user_id}, {"linked", "twitch"}});
  return {};
}

Status ChangePassword(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  ChangePasswordRequest request;
  OOFGG_ASSIGN_OR_RETURN(request.current_password, ReadSecret("current password"));
  OOFGG_ASSIGN_OR_RETURN(request.new_password, ReadSecret("new password", /*twice=*/true));
  OOFGG_RETURN_IF_ERROR(client->account().ChangePassword(request).status());
  context.Print("changed the password; other sessions of the account are ended", {{"changed", true}});
  return {};
}

Status SendResetCode(Context& context, const std::string& email) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_RETURN_IF_ERROR(client->account().RequestPasswordReset({email}).status());
  context.Print("if " + email + " is an account's, a code is on its way there", {{"requested", true}});
  context.Hint("then run: oofgg password reset " + email + " --code");
  return {};
}

Status ResetPassword(Context& context, const std::string& email) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  ResetPasswordRequest request{.email = email, .code = {}, .new_password = {}};
  OOFGG_ASSIGN_OR_RETURN(request.code, ReadSecret("code"));
  OOFGG_ASSIGN_OR_RETURN(request.new_password, ReadSecret("new password", /*twice=*/true));
  OOFGG_RETURN_IF_ERROR(client->account().ResetPassword(request).status());
  context.Print("set the new password; all sessions of the account are ended", {{"changed", true}});
  return {};
}

/// An address that is not the account's own costs its password, if it has one.
Status SendEmailCode(Context& context, const std::string& email) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  RequestEmailCodeRequest request{.email = email};
  if (!email.empty()) {
    OOFGG_ASSIGN_OR_RETURN(const Account account, client->account().GetAccount({}));
    if (account.has_password && account.email != email) {
      OOFGG_ASSIGN_OR_RETURN(request.current_password, ReadPassword(/*twice=*/false));
    }
  }
  OOFGG_RETURN_IF_ERROR(client->account().RequestEmailCode(request).status());
  context.Print("a code is on its way to " + (email.empty() ? "the account's address" : email),
                {{"requested", true}});
  context.Hint("then run: oofgg email verify");
  return {};
}

Status VerifyEmail(Context& context, VerifyEmailRequest request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  if (request.user_id.empty()) request.user_id = client->tokens().user_id;
  if (request.user_id.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "whose address? sign in, or give the --user that the mail names");
  }
  OOFGG_ASSIGN_OR_RETURN(request.code, ReadSecret("code"));
  OOFGG_RETURN_IF_ERROR(client->account().VerifyEmail(request).status());
  context.Print("verified the address", {{"user_id", request.user_id}, {"verified", true}});
  return {};
}

void AddAccount(CLI::App& app, Command* chosen) {
  auto* account =
      app.add_subcommand("account", "Show, link or delete one's account")->require_subcommand(0, 1);
  account->callback([=] {
    if (account->get_subcommands().empty()) *chosen = ShowAccount;
  });
  account->add_subcommand("show", "What the server knows of this account")->callback([=] {
    *chosen = ShowAccount;
  });
  account
      ->add_subcommand("link-twitch",
                       "Make an account at Twitch one more way in; asks for its token and the password, or "
                       "reads them as two lines from stdin")
      ->callback([=] { *chosen = LinkTwitch; });
  const auto sure = std::make_shared<bool>(false);
  auto* erase = account->add_subcommand("delete",
                                        "Delete the account with all data, scores and profile among it; asks "
                                        "for the password, or reads it from stdin");
  erase->add_flag(
      "--yes", *sure,
      "Must be said for an account without a password; any other is asked for its own all the same");
  erase->callback([=] { *chosen = [=](Context& context) { return DeleteAccount(context, *sure); }; });
}

void AddPassword(CLI::App& app, Command* chosen) {
  auto* password = app.add_subcommand("password", "Change a password, or set a forgotten one anew");
  password->require_subcommand(1);
  auto* change = password->add_subcommand(
      "change", "Asks for the current password and a new one, or reads them as two lines from stdin");
  change->callback([=] { *chosen = ChangePassword; });
  const auto email = std::make_shared<std::string>();
  const auto has_code = std::make_shared<bool>(false);
  auto* reset = password->add_subcommand("reset", "Have a code sent by mail; then, with --code, use it");
  AddPositional(*reset, "EMAIL", email.get(), "The account's");
  reset->add_flag("--code", *has_code, "Ask for the code and a new password, or read them from stdin");
  reset->footer(
      "Example:\n  oofgg password reset ann@example.com\n  oofgg password reset ann@example.com --code");
  reset->callback([=] {
    *chosen = [=](Context& context) {
      return *has_code ? ResetPassword(context, *email) : SendResetCode(context, *email);
    };
  });
}

void AddEmail(CLI::App& app, Command* chosen) {
  auto* email = app.add_subcommand("email", "Prove an e-mail address")->require_subcommand(1);
  const auto address = std::make_shared<std::string>();
  auto* send = email->add_subcommand(
      "send-code",
      "Have a code sent to an address; for a new one asks for the password, or reads it from stdin");
  AddPositional(*send, "EMAIL", address.get(), "Becomes the account's once verified (default: the account's)")
      ->required(false);
  send->callback([=] { *chosen = [=](Context& context) { return SendEmailCode(context, *address); }; });
  const auto request = std::make_shared<VerifyEmailRequest>();
  auto* verify = email->add_subcommand("verify", "Asks for the code, or reads it from stdin");
  AddText(*verify, "--user", &request->user_id, "Whose, by id (default: who is signed in)");
  verify->callback([=] { *chosen = [=](Context& context) { return VerifyEmail(context, *request); }; });
}

}  // namespace

void AddCareCommands(CLI::App& app, Command* chosen) {
  AddAccount(app, chosen);
  AddPassword(app, chosen);
  AddEmail(app, chosen);
}

}  // namespace oofgg::cli
