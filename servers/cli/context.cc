#include "servers/cli/context.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>

#include "servers/cli/session_file.h"
#include "servers/common/flags.h"

namespace oofgg::cli {

StatusOr<Client*> Context::client() {
  if (client_ == nullptr) {
    GrpcTransportOptions transport;
    transport.endpoints = settings_.endpoints;
    OOFGG_ASSIGN_OR_RETURN(transport.tls, servers::TlsOptionsOf(settings_.peers));
    transport.tls.enabled = settings_.tls;
    auto store = std::make_shared<SessionFile>(session_file());
    SessionTokens tokens;
    {
      // A session file that cannot be used is said now, and not when the first token is about to end.
      OOFGG_ASSIGN_OR_RETURN(const auto lock, store->Acquire());
      OOFGG_ASSIGN_OR_RETURN(tokens, store->Load());
    }
    ClientOptions options;
    options.call_timeout = settings_.timeout;
    options.token_store = std::move(store);
    client_ = std::make_unique<Client>(MakeGrpcTransport(transport), options);
    client_->SetTokens(std::move(tokens));
  }
  return client_.get();
}

StatusOr<Client*> Context::signed_in_client() {
  OOFGG_ASSIGN_OR_RETURN(Client* const ours, client());
  if (ours->tokens().refresh_token.empty()) {
    return MakeStatus(StatusCode::kUnauthenticated, "not signed in; run: oofgg login NAME");
  }
  return ours;
}

Status Context::ForgetSession() {
  SessionFile store(session_file());
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

void Context::Hint(const std::string& line) const {
  if (settings_.json || isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "%s\n", servers::OneLine(line).c_str());
}

}  // namespace oofgg::cli
