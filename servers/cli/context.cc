#include "servers/cli/context.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>

#include "oofgg/parse.h"
#include "servers/cli/session_file.h"
#include "servers/common/flags.h"

namespace oofgg::cli {
namespace {

std::string HostName() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size()) == 0 ? name.data() : "an unnamed host";
}

Status CheckSignedIn(const Client& client) {
  const SessionTokens tokens = client.tokens();
  // A service has no refresh token.
  if (!tokens.refresh_token.empty() || !tokens.access_token.empty()) return {};
  return MakeStatus(StatusCode::kUnauthenticated, "not signed in; run: oofgg login NAME");
}

}  // namespace

Status Context::CheckPrivate(const std::string& field, const std::string& address,
                             const std::string& cure) const {
  const auto parsed = ParseHostPort(address);
  const bool is_here = !parsed.ok() || parsed->host.empty() || IsLoopback(parsed->host);
  if (is_here || settings_.insecure) return {};
  return MakeStatus(StatusCode::kFailedPrecondition,
                    field + ": " + address +
                        " is another machine, which passwords and tokens would reach in plaintext; " + cure +
                        ", or --insecure on a private network");
}

StatusOr<std::unique_ptr<Client>> Context::NewClient(ClientOptions options) const {
  GrpcTransportOptions transport;
  transport.endpoints = settings_.endpoints;
  OOFGG_ASSIGN_OR_RETURN(transport.tls, servers::TlsOptionsOf(settings_.peers));
  transport.tls.enabled = settings_.tls;
  return NewClient(std::move(options), std::move(transport));
}

StatusOr<std::unique_ptr<Client>> Context::NewClient(ClientOptions options,
                                                     GrpcTransportOptions transport) const {
  if (!transport.tls.enabled) {
    OOFGG_RETURN_IF_ERROR(CheckPrivate("--auth", transport.endpoints.auth, "give --tls"));
    OOFGG_RETURN_IF_ERROR(CheckPrivate("--game", transport.endpoints.game, "give --tls"));
    OOFGG_RETURN_IF_ERROR(CheckPrivate("--maker", transport.endpoints.maker, "give --tls"));
  }
  options.call_timeout = settings_.timeout;
  options.client_name = "oofgg on " + HostName();
  return std::make_unique<Client>(MakeGrpcTransport(transport), std::move(options));
}

StatusOr<std::unique_ptr<Client>> Context::NewTokenClient(const GameAccess& game, Executor* callbacks) const {
  servers::PeerSettings peers = settings_.peers;
  if (!game.ca_file.empty()) peers.ca = game.ca_file;
  GrpcTransportOptions transport;
  transport.endpoints.game = game.address.empty() ? settings_.endpoints.game : game.address;
  OOFGG_ASSIGN_OR_RETURN(transport.tls, servers::TlsOptionsOf(peers));
  transport.tls.enabled = game.tls || settings_.tls;
  OOFGG_ASSIGN_OR_RETURN(auto client, NewClient({.callbacks = callbacks}, std::move(transport)));
  client->SetTokens({.user_id = {}, .access_token = game.access_token});
  return client;
}

StatusOr<std::unique_ptr<Client>> Context::OpenSession(ClientOptions options) const {
  auto store = std::make_shared<SessionFile>(session_file(), settings_.endpoints.auth);
  options.token_store = store;
  OOFGG_ASSIGN_OR_RETURN(auto client, NewClient(std::move(options)));
  SessionTokens tokens;
  {
    // A session file that cannot be used is said now, and not when the first token is about to end.
    OOFGG_ASSIGN_OR_RETURN(const auto lock, store->Acquire());
    OOFGG_ASSIGN_OR_RETURN(tokens, store->Load());
  }
  client->SetTokens(std::move(tokens));
  return client;
}

StatusOr<Client*> Context::client() {
  if (client_ == nullptr) {
    OOFGG_ASSIGN_OR_RETURN(client_, OpenSession({}));
  }
  return client_.get();
}

StatusOr<Client*> Context::signed_in_client() {
  OOFGG_ASSIGN_OR_RETURN(Client* const ours, client());
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(*ours));
  return ours;
}

StatusOr<std::unique_ptr<Client>> Context::NewSignedInClient(Executor* callbacks) const {
  OOFGG_ASSIGN_OR_RETURN(auto own, OpenSession({.callbacks = callbacks}));
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(*own));
  return own;
}

StatusOr<Client*> Context::admin_client(const OperatorKeys& keys) {
  if (keys.directory.empty()) return signed_in_client();
  OOFGG_ASSIGN_OR_RETURN(SessionTokens tokens, SignOperatorTokens(keys));
  // Without a token store: whoever is signed in on this machine stays so.
  OOFGG_ASSIGN_OR_RETURN(client_, NewClient({}));
  client_->SetTokens(std::move(tokens));
  return client_.get();
}

Status Context::ForgetSession() {
  SessionFile store(session_file(), settings_.endpoints.auth);
  OOFGG_ASSIGN_OR_RETURN(const auto lock, store.Acquire());
  return store.Save({});
}

std::string Context::session_file() const {
  if (!settings_.session_file.empty()) return settings_.session_file;
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* user = getpwuid(geteuid());
    home = user != nullptr ? user->pw_dir : ".";
  }
  return std::string(home) + "/.oofgg/session.json";
}

void Context::Print(const std::string& line, const nlohmann::json& object) const {
  static std::mutex mutex;
  const std::string text = settings_.json
                               ? object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                               : servers::OneLine(line);
  const std::lock_guard lock(mutex);
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

void Context::Warn(const std::string& line) const {
  if (settings_.json) {
    const nlohmann::json object = {{"warning", line}};
    std::fprintf(stderr, "%s\n",
                 object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::fprintf(stderr, "oofgg: %s\n", servers::OneLine(line).c_str());
  }
}

void Context::WarnIfReplaced(const std::string& former_user) const {
  if (former_user.empty() || former_user == client_->tokens().user_id) return;
  Warn("the session of " + former_user +
       " on this machine was replaced; on the server it goes on until it expires or is ended");
}

void Context::Hint(const std::string& line) const {
  if (settings_.json || isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "%s\n", servers::OneLine(line).c_str());
}

}  // namespace oofgg::cli
