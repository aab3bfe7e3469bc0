// sessions, logout.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/context.h"
#include "servers/cli/table.h"

namespace oofgg::cli {
namespace {

Status ListSessions(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const AccountSessions found, client->account().ListSessions({}));
  std::vector<TableRow> rows;
  for (const AccountSession& session : found.sessions) {
    rows.push_back({{session.session_id, session.label, MomentText(session.created_at, "-"),
                     MomentText(session.last_used_at, "-"), MomentText(session.expires_at, "never"),
                     session.current ? "this one" : ""},
                    {{"session_id", session.session_id},
                     {"label", session.label},
                     {"created_at_ms", MomentMillis(session.created_at)},
                     {"last_used_at_ms", MomentMillis(session.last_used_at)},
                     {"expires_at_ms", MomentMillis(session.expires_at)},
                     {"current", session.current}}});
  }
  PrintTable(context, {"session", "client", "since", "last used", "ends", ""}, rows, "no sessions");
  return {};
}

Status LogoutHere(Context& context) {
  const auto client = context.signed_in_client();
  if (client.ok()) {
    OOFGG_RETURN_IF_ERROR((*client)->account().Logout({}).status());
  } else {
    // A session that cannot be used cannot be ended either; it goes all the same.
    OOFGG_RETURN_IF_ERROR(context.ForgetSession());
  }
  context.Print("signed out", {{"signed_out", true}});
  return {};
}

Status LogoutEverywhere(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const auto done, client->account().LogoutEverywhere({}));
  context.Print("signed out everywhere; sessions ended: " + std::to_string(done.ended),
                {{"signed_out", true}, {"ended", done.ended}});
  return {};
}

Status EndSessions(Context& context, const std::vector<std::string>& ids) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  for (const std::string& id : ids) {
    OOFGG_RETURN_IF_ERROR(client->account().Logout({id}).status());
    context.Print("ended " + id, {{"session_id", id}, {"ended", true}});
  }
  return {};
}

}  // namespace

void AddSessionCommands(CLI::App& app, Command* chosen) {
  app.add_subcommand("sessions", "Where this account is signed in, newest first")->callback([=] {
    *chosen = ListSessions;
  });

  const auto ids = std::make_shared<std::vector<std::string>>();
  const auto everywhere = std::make_shared<bool>(false);
  auto* logout = app.add_subcommand("logout", "Sign out: end this machine's session, or others");
  auto* sessions =
      logout->add_option("SESSION", *ids, "Instead, sessions by their ids, as `oofgg sessions` shows");
  logout->add_flag("--everywhere", *everywhere, "Instead, every session of the account, this one too")
      ->excludes(sessions);
  logout->footer(
      "If the server is away, the session is forgotten here and ends there when its tokens do.\n"
      "Examples:\n  oofgg logout\n  oofgg logout --everywhere");
  logout->callback([=] {
    *chosen = [=](Context& context) {
      if (*everywhere) return LogoutEverywhere(context);
      return ids->empty() ? LogoutHere(context) : EndSessions(context, *ids);
    };
  });
}

}  // namespace oofgg::cli
