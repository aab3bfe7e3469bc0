#include "tests/integration/servers/running_server.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_issuer.h"

namespace oofgg::testing {
namespace {

using testing::kPatience;

std::vector<std::string> Joined(std::vector<std::string> first, std::vector<std::string> second) {
  first.insert(first.end(), std::make_move_iterator(second.begin()), std::make_move_iterator(second.end()));
  return first;
}

}  // namespace

std::string ArenaCommand() {
  const char* programs = std::getenv("OOFGG_BIN_DIR");
  return std::string(programs != nullptr ? programs : ".") +
         "/oofgg-arena --listen 127.0.0.1:{port} --control-listen 127.0.0.1:{control_port}";
}

ChildProcess::Options In(const TemporaryDirectory& folder, std::vector<std::string> arguments) {
  return {.arguments = std::move(arguments), .environment = {}, .working_directory = folder.path()};
}

RunningServer::RunningServer(const std::string& program, const TemporaryDirectory& folder,
                             std::vector<std::string> arguments)
    : process_(program, In(folder, std::move(arguments))) {
  const auto ready = process_.WaitForLine("ready ");
  // Thrown, so that GoogleTest fails a test whose fixture needs the server, and does not run it without.
  if (!ready.has_value()) throw std::runtime_error(program + " is not ready: " + process_.errors());
  ready_ = *ready;
}

void RunningServer::Kill() {
  process_.Signal(SIGKILL);
  EXPECT_EQ(process_.Wait(kPatience), 128 + SIGKILL) << process_.errors();
}

int RunningServer::Terminate() {
  process_.Signal(SIGTERM);
  return process_.Wait(kPatience).value_or(-1);
}

std::unique_ptr<RunningServer> StartAuth(const TemporaryDirectory& folder, std::vector<std::string> more) {
  return std::make_unique<RunningServer>(
      "oofgg-auth", folder,
      Joined({"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}, std::move(more)));
}

std::unique_ptr<RunningServer> StartGame(const TemporaryDirectory& folder, const RunningServer& auth,
                                         std::vector<std::string> more) {
  return std::make_unique<RunningServer>(
      "oofgg-game", folder,
      Joined({"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--presence-listen", "127.0.0.1:0",
              "--websocket-listen", "127.0.0.1:0", "--jwks", JwksUrl(auth)},
             std::move(more)));
}

std::unique_ptr<RunningServer> StartMaker(const TemporaryDirectory& folder, std::vector<std::string> more,
                                          std::string command) {
  if (command.empty()) command = ArenaCommand();
  return std::make_unique<RunningServer>(
      "oofgg-maker", folder,
      Joined({"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0",
              "--process-command", std::move(command)},
             std::move(more)));
}

std::string JwksUrl(const RunningServer& auth) {
  return "http://" + auth.address("ops") + "/.well-known/jwks.json";
}

std::unique_ptr<Client> ClientOf(const RunningServer* auth, const RunningServer* game,
                                 const RunningServer* maker, ClientOptions options) {
  GrpcTransportOptions transport;
  if (auth != nullptr) transport.endpoints.auth = auth->address("grpc");
  if (game != nullptr) transport.endpoints.game = game->address("grpc");
  if (maker != nullptr) transport.endpoints.maker = maker->address("grpc");
  return std::make_unique<Client>(MakeGrpcTransport(transport), std::move(options));
}

std::unique_ptr<Client> SignUp(const std::string& name, const RunningServer& auth, const RunningServer* game,
                               const RunningServer* maker) {
  auto client = ClientOf(&auth, game, maker);
  const auto registered = client->auth().Register({.username = name, .email = {}, .password = kPassword});
  EXPECT_TRUE(registered.ok()) << registered.status();
  return client;
}

std::unique_ptr<Client> AdminOf(const TemporaryDirectory& folder, const RunningServer& auth,
                                const RunningServer* game) {
  const auto keys = auth::KeyStore::Open(folder.path() + "/oofgg-data/auth-keys").value();
  const auth::TokenIssuer issuer(keys.signing_key(), Clock::System(), RandomSource::System());
  auto client = ClientOf(&auth, game);
  client->SetTokens({.user_id = "operator",
                     .access_token = issuer.Issue({"operator", "admin", "operator"}).value(),
                     .expires_at = Clock::System().WallNow() + std::chrono::minutes(10)});
  return client;
}

std::vector<backends::ProcessRecord> GameServersOf(const TemporaryDirectory& folder) {
  std::vector<backends::ProcessRecord> servers =
      backends::ProcessRecords(folder.path() + "/oofgg-data/servers").ReadAll();
  std::erase_if(servers, [](const auto& record) { return !backends::StillRuns(record); });
  return servers;
}

}  // namespace oofgg::testing
