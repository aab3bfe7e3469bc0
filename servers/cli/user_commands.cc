// user: what admins do with other people's accounts.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/account_text.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kIdLength = 36;  // Of a UUID; names are shorter, and addresses have an @.

/// Who is meant, and who commands.
struct Target {
  OperatorKeys keys;
  std::string user;  ///< As people know them.
};

bool IsId(const std::string& user) { return user.size() == kIdLength && user.find('@') == std::string::npos; }

StatusOr<Account> Find(AdminClient& admin, const std::string& user) {
  return admin.FindAccount(IsId(user) ? FindAccountRequest{.user_id = user, .name = {}}
                                      : FindAccountRequest{.user_id = {}, .name = user});
}

/// Does `act` with the account's id, which is looked up if it was not given.
template <class Act>
auto WithId(Context& context, const Target& target, Act act)
    -> decltype(act(std::declval<AdminClient&>(), std::string())) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(target.keys));
  if (IsId(target.user)) return act(client->admin(), target.user);
  OOFGG_ASSIGN_OR_RETURN(const Account account, Find(client->admin(), target.user));
  return act(client->admin(), account.user_id);
}

/// For those that answer with the account as it is now.
template <class Act>
Status ChangeAccount(Context& context, const Target& target, Act act) {
  OOFGG_ASSIGN_OR_RETURN(const Account account, WithId(context, target, act));
  PrintAccount(context, account);
  return {};
}

Status FindUser(Context& context, const Target& target) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(target.keys));
  OOFGG_ASSIGN_OR_RETURN(const Account account, Find(client->admin(), target.user));
  PrintAccount(context, account);
  return {};
}

Status Ban(Context& context, const Target& target, const std::string& reason,
           std::chrono::milliseconds duration) {
  return ChangeAccount(context, target, [&](AdminClient& admin, const std::string& id) {
    return admin.Ban(
        {.user_id = id, .reason = reason, .duration = std::chrono::ceil<std::chrono::seconds>(duration)});
  });
}

Status Unban(Context& context, const Target& target) {
  return ChangeAccount(context, target,
                       [](AdminClient& admin, const std::string& id) { return admin.Unban({id}); });
}

Status SetRole(Context& context, const Target& target, const std::string& role) {
  return ChangeAccount(context, target, [&](AdminClient& admin, const std::string& id) {
    return admin.SetRole({id, role});
  });
}

Status EndSessions(Context& context, const Target& target) {
  OOFGG_ASSIGN_OR_RETURN(const auto done,
                         WithId(context, target, [](AdminClient& admin, const std::string& id) {
                           return admin.EndUserSessions({id});
                         }));
  context.Print("sessions ended: " + std::to_string(done.ended), {{"ended", done.ended}});
  return {};
}

Status DeleteUser(Context& context, const Target& target) {
  OOFGG_RETURN_IF_ERROR(WithId(context, target, [](AdminClient& admin, const std::string& id) {
                          return admin.DeleteUser({id});
                        }).status());
  context.Print("deleted the account and all its data", {{"deleted", true}});
  return {};
}

}  // namespace

void AddUserCommands(CLI::App& app, Command* chosen) {
  auto* user = app.add_subcommand("user", "For admins: other people's accounts")->require_subcommand(1);
  const auto target = std::make_shared<Target>();
  AddOperatorOptions(*user, target->keys);
  user->footer(
      "USER is a user name, an e-mail address or an id. Needs the role admin; the first admin is made by "
      "who\n"
      "can read the auth server's keys:\n"
      "  oofgg user role ann admin --keys oofgg-data/auth-keys\n"
      "  oofgg user ban bob --reason cheating --for 7d");

  const auto add = [&](const char* name, const char* help) {
    auto* command = user->add_subcommand(name, help);
    AddPositional(*command, "USER", &target->user, "User name, e-mail or id");
    return command;
  };
  add("find", "Show an account")->callback([=] {
    *chosen = [=](Context& context) { return FindUser(context, *target); };
  });

  const auto reason = std::make_shared<std::string>();
  const auto duration = std::make_shared<std::chrono::milliseconds>(0);
  auto* ban = add("ban", "Bar an account and end its sessions, on every server within a second");
  AddText(*ban, "--reason", reason.get(), "For other admins to read (default: none)");
  AddDuration(*ban, "--for", duration.get(), "How long, such as 7d (default: for ever)",
              (std::chrono::milliseconds::max)(), std::chrono::seconds(1));
  ban->callback(
      [=] { *chosen = [=](Context& context) { return Ban(context, *target, *reason, *duration); }; });

  add("unban", "Let an account in again")->callback([=] {
    *chosen = [=](Context& context) { return Unban(context, *target); };
  });

  const auto role = std::make_shared<std::string>();
  auto* set_role = add("role", "Set what an account may do, and end its sessions");
  AddPositional(*set_role, "ROLE", role.get(), "user, developer or admin")
      ->check(CLI::IsMember({"user", "developer", "admin"}));
  set_role->callback([=] { *chosen = [=](Context& context) { return SetRole(context, *target, *role); }; });

  add("logout", "End all sessions of an account")->callback([=] {
    *chosen = [=](Context& context) { return EndSessions(context, *target); };
  });

  auto* erase = add("delete", "Delete an account with all data, scores and profile among it");
  erase->add_flag("--yes")->description("Must be said, as there is no way back")->required();
  erase->callback([=] { *chosen = [=](Context& context) { return DeleteUser(context, *target); }; });
}

}  // namespace oofgg::cli
