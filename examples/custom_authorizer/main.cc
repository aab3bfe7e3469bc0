// Players of another identity system on a server made of oofgg's parts. The whole of the connection is one
// class, StudioAuthorizer. Runs by itself: serves players' profiles on a free port, calls itself as somebody
// known and as somebody unknown, ends the known one's session, and tells what came of it.

#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "game/player_facade.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/parse.h"
#include "oofgg/thread_pool.h"
#include "rpc/player_service.h"
#include "rpc/server.h"
#include "storage/memory/game/memory_player_store.h"

namespace {

/// Stands for what your platform has: here, a table of session keys. Verify signatures, or ask a cache; what
/// takes a round trip is better fetched ahead, as this runs on network threads, many at once.
class StudioAuthorizer final : public oofgg::auth::Authorizer {
 public:
  void SignIn(const std::string& key, const oofgg::Caller& caller) {
    const std::lock_guard lock(mutex_);
    sessions_[key] = caller;
  }
  void SignOut(const std::string& key) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(key);
  }

  oofgg::StatusOr<oofgg::Caller> Authenticate(std::string_view bearer) override {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(bearer);
    if (found != sessions_.end()) return found->second;
    return oofgg::MakeStatus(oofgg::StatusCode::kUnauthenticated, "not a session of this studio; sign in");
  }

 private:
  std::mutex mutex_;
  std::map<std::string, oofgg::Caller, std::less<>> sessions_;
};

/// What a player who shows `key` is told.
oofgg::Status Ask(const std::string& address, const std::string& key) {
  oofgg::GrpcTransportOptions options;
  options.endpoints.game = address;
  oofgg::Client client(oofgg::MakeGrpcTransport(options));
  oofgg::SessionTokens tokens;
  tokens.access_token = key;
  tokens.expires_at = std::chrono::system_clock::now() + std::chrono::hours(1);
  client.SetTokens(tokens);
  return client.players().GetPlayer({.id = "ann"}).status();
}

}  // namespace

int main() {
  StudioAuthorizer authorizer;
  authorizer.SignIn("key-of-ann", {.user_id = "ann", .role = "user", .session_id = "ann-on-her-phone"});

  oofgg::ThreadPool workers(2);
  oofgg::rpc::ServiceHost host(&authorizer, workers, oofgg::Clock::System());
  oofgg::storage::MemoryPlayerStore store;
  const oofgg::game::ErasedPlayers erased;  // Whose accounts were deleted: here, nobody's.
  oofgg::game::PlayerFacade players(store, erased);
  const auto server = oofgg::rpc::RpcServer::Start({.listen = {"127.0.0.1:0"}}, host,
                                                   {oofgg::rpc::MakePlayerService(host, players)});
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return 1;
  }
  const std::string address = oofgg::FormatHostPort((*server)->addresses().front());

  const oofgg::Status known = Ask(address, "key-of-ann");
  const oofgg::Status unknown = Ask(address, "a guess");
  // When your system ends a session: first the authorizer refuses it, then what it has open is ended.
  authorizer.SignOut("key-of-ann");
  host.EndSession("ann-on-her-phone");
  const oofgg::Status ended = Ask(address, "key-of-ann");
  std::printf("known: %s\nunknown: %s\nended: %s\n", known.ToString().c_str(), unknown.ToString().c_str(),
              ended.ToString().c_str());
  const auto refused = [](const oofgg::Status& status) { return absl::IsUnauthenticated(status); };
  return known.ok() && refused(unknown) && refused(ended) ? 0 : 1;
}
