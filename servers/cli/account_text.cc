#include "servers/cli/account_text.h"

#include <nlohmann/json.hpp>

#include "servers/cli/table.h"

namespace oofgg::cli {
namespace {

using nlohmann::json;

std::string EmailText(const Account& account) {
  if (account.email.empty()) return "no e-mail";
  return account.email + (account.email_verified ? "" : " (not verified)");
}

std::string BanText(const Account& account) {
  std::string text =
      ", banned " +
      (account.banned_until == WallTime() ? "for ever" : "until " + MomentText(account.banned_until, ""));
  if (!account.ban_reason.empty()) text += ": " + account.ban_reason;
  return text;
}

std::string LineOf(const Account& account) {
  std::string line = account.username + " (" + account.user_id + "), " +
                     (account.guest ? "guest" : account.role) + ", " + EmailText(account);
  for (const LinkedIdentity& identity : account.identities) line += ", by " + identity.provider;
  line += ", since " + MomentText(account.created_at, "ever");
  if (account.banned) line += BanText(account);
  return line;
}

json ObjectOf(const Account& account) {
  json identities = json::array();
  for (const LinkedIdentity& identity : account.identities) {
    identities.push_back(
        {{"provider", identity.provider}, {"created_at_ms", MomentMillis(identity.created_at)}});
  }
  return {{"user_id", account.user_id},
          {"username", account.username},
          {"email", account.email},
          {"email_verified", account.email_verified},
          {"role", account.role},
          {"guest", account.guest},
          {"has_password", account.has_password},
          {"created_at_ms", MomentMillis(account.created_at)},
          {"banned", account.banned},
          {"banned_until_ms", MomentMillis(account.banned_until)},
          {"ban_reason", account.ban_reason},
          {"identities", identities}};
}

}  // namespace

void PrintAccount(const Context& context, const Account& account) {
  context.Print(LineOf(account), ObjectOf(account));
}

}  // namespace oofgg::cli
