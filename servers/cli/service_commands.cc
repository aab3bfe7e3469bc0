// service: the credentials of game servers and tools.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/password.h"
#include "servers/cli/table.h"

namespace oofgg::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kPage = 100;
constexpr milliseconds kGamePatience{1000};
constexpr milliseconds kUsualOverlap = std::chrono::hours(1);

std::chrono::seconds WholeSeconds(milliseconds span) { return std::chrono::ceil<std::chrono::seconds>(span); }

nlohmann::json ObjectOf(const ServiceCredentialInfo& info) {
  nlohmann::json object = {{"id", info.id},
                           {"name", info.name},
                           {"game_id", info.game_id},
                           {"created_at_ms", MomentMillis(info.created_at)},
                           {"expires_at_ms", MomentMillis(info.expires_at)},
                           {"former_until_ms", MomentMillis(info.former_until)},
                           {"revoked", info.revoked}};
  if (!info.credential.empty()) object["credential"] = info.credential;
  return object;
}

/// The secret alone on stdout, so that it can be sent straight into a file or a vault.
void PrintSecret(const Context& context, const ServiceCredentialInfo& info) {
  context.Print(info.credential, ObjectOf(info));
  context.Hint("credential " + info.id + " of " + info.name + "; it is shown this once");
}

/// The auth server knows no games; where the game server is at hand, it is asked.
void WarnIfNoSuchGame(const Context& context, Client& client, const std::string& game_id) {
  if (game_id.empty()) return;
  GetGameRequest request;
  request.id = game_id;
  const auto found = client.games().GetGame(request, CallOptions{.timeout = kGamePatience});
  if (found.status().code() != StatusCode::kNotFound) return;
  context.Warn("the game server knows no game " + game_id + "; `oofgg game list` shows those it knows");
}

Status Create(Context& context, const OperatorKeys& keys, const CreateServiceCredentialRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const auto info, client->admin().CreateServiceCredential(request));
  PrintSecret(context, info);  // Before anything that takes time: it is shown this once.
  WarnIfNoSuchGame(context, *client, request.game_id);
  return {};
}

Status Rotate(Context& context, const OperatorKeys& keys, const RotateServiceCredentialRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const auto info, client->admin().RotateServiceCredential(request));
  PrintSecret(context, info);
  return {};
}

Status Revoke(Context& context, const OperatorKeys& keys, const std::string& id) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const auto info, client->admin().RevokeServiceCredential({id}));
  context.Print("revoked " + info.id + " of " + info.name, ObjectOf(info));
  return {};
}

std::string StateOf(const ServiceCredentialInfo& info) {
  if (info.revoked) return "revoked";
  if (info.former_until == WallTime()) return "";
  return "former secret until " + MomentText(info.former_until, "");
}

Status List(Context& context, const OperatorKeys& keys) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  std::vector<TableRow> rows;
  ListServiceCredentialsRequest request{.after_id = {}, .limit = kPage};
  ServiceCredentials page;
  do {
    OOFGG_ASSIGN_OR_RETURN(page, client->admin().ListServiceCredentials(request));
    for (const ServiceCredentialInfo& info : page.credentials) {
      rows.push_back({{info.id, info.name, info.game_id.empty() ? "all games" : info.game_id,
                       MomentText(info.created_at, "-"), MomentText(info.expires_at, "never"), StateOf(info)},
                      ObjectOf(info)});
      request.after_id = info.id;
    }
  } while (page.credentials.size() == kPage);
  PrintTable(context, {"id", "name", "game", "since", "ends", ""}, rows, "no credentials yet");
  return {};
}

Status SignInAsService(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  const std::string former_user = client->tokens().user_id;
  OOFGG_ASSIGN_OR_RETURN(const std::string credential, ReadSecret("credential"));
  OOFGG_ASSIGN_OR_RETURN(const AuthTokens tokens, client->account().ServiceLogin({credential}));
  context.WarnIfReplaced(former_user);
  context.Print("signed in as the service " + tokens.user_id + " for " +
                    std::to_string(tokens.expires_in.count()) + " s",
                {{"user_id", tokens.user_id}, {"expires_in", tokens.expires_in.count()}});
  return {};
}

}  // namespace

void AddServiceCommands(CLI::App& app, Command* chosen) {
  auto* service =
      app.add_subcommand("service", "Credentials of game servers and tools, for admins to give out");
  service->require_subcommand(1);
  const auto keys = std::make_shared<OperatorKeys>();
  AddOperatorOptions(*service, *keys);
  service->footer(
      "Needs the role admin, or --keys; `login` needs neither.\n"
      "Examples:\n"
      "  oofgg service create arena --for 90d > arena.credential\n"
      "  oofgg service rotate ID --overlap 1h > arena.credential\n"
      "  oofgg service login < arena.credential");

  const auto request = std::make_shared<CreateServiceCredentialRequest>();
  const auto lifetime = std::make_shared<milliseconds>(0);
  auto* create = service->add_subcommand("create", "Make a credential; prints its secret, this once");
  AddPositional(*create, "NAME", &request->name, "What it is for");
  AddText(*create, "--game", &request->game_id, "The one game that it may act for (default: all)");
  AddDuration(*create, "--for", lifetime.get(), "How long it works, such as 90d (default: until revoked)",
              (milliseconds::max)(), std::chrono::seconds(1));
  create->callback([=] {
    request->lifetime = WholeSeconds(*lifetime);
    *chosen = [=](Context& context) { return Create(context, *keys, *request); };
  });

  const auto id = std::make_shared<std::string>();
  const auto overlap = std::make_shared<milliseconds>(kUsualOverlap);
  auto* rotate =
      service->add_subcommand("rotate", "Replace a credential's secret; prints the new one, this once");
  AddPositional(*rotate, "ID", id.get(), "As `oofgg service list` shows it");
  AddDuration(*rotate, "--overlap", overlap.get(), "How long the former one goes on working (default: 1h)");
  rotate->callback([=] {
    *chosen = [=](Context& context) {
      return Rotate(context, *keys, {.id = *id, .overlap = WholeSeconds(*overlap)});
    };
  });

  auto* revoke = service->add_subcommand("revoke", "End a credential and its sessions, at once");
  AddPositional(*revoke, "ID", id.get(), "As `oofgg service list` shows it");
  revoke->callback([=] { *chosen = [=](Context& context) { return Revoke(context, *keys, *id); }; });

  service->add_subcommand("list", "All credentials, without their secrets")->callback([=] {
    *chosen = [=](Context& context) { return List(context, *keys); };
  });
  service->add_subcommand("login", "Sign in with a credential, which is asked for or read from stdin")
      ->callback([=] { *chosen = SignInAsService; });
}

}  // namespace oofgg::cli
