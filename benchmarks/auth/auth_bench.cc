#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "auth/auth_room.h"
#include "base/event_log.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "storage/memory/auth/memory_code_store.h"
#include "storage/memory/auth/memory_credential_store.h"
#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"

// What auth costs its own server: issuing, refreshing, hashing. Verifying is in token_bench.cc.
namespace oofgg::auth {
namespace {

const Caller kCaller = {.user_id = "0190a6d2-0000-7000-8000-000000000001",
                        .role = "user",
                        .session_id = "0190a6d2-0000-7000-8000-000000000002"};

struct Tokens {
  SigningKey key = SigningKey::Generate().value();
  TokenIssuer issuer{key, Clock::System(), RandomSource::System()};
  TokenVerifier verifier{Clock::System(), Jwks::Of({key.verifying_key()}).value()};
};

void BM_Issue(benchmark::State& state) {
  const Tokens tokens;
  for (auto _ : state) benchmark::DoNotOptimize(tokens.issuer.Issue(kCaller).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Issue);

void BM_RefreshOnMemory(benchmark::State& state) {
  const Tokens tokens;
  storage::MemoryUserStore users;
  storage::MemoryRefreshStore sessions;
  const PasswordHasher hasher(PasswordHasherOptions::CheapForTests());
  storage::MemoryCodeStore codes;
  storage::MemoryCredentialStore credentials;
  const CommonPasswordPolicy policy;
  NullEventLog log;
  oofgg::testing::FakeClock still;
  oofgg::testing::ManualExecutor executor(still);
  const auto room = AuthRoom::Open({.stores = {users, sessions, codes, credentials},
                                    .issuer = tokens.issuer,
                                    .verifier = std::make_shared<TokenVerifier>(Clock::System()),
                                    .hasher = hasher,
                                    .policy = policy,
                                    .log = log,
                                    .executor = executor,
                                    .clock = Clock::System(),
                                    .random = RandomSource::System(),
                                    .secret = std::string(32, 's')})
                        .value();
  AuthFacade* const facade = &room->auth();
  CallContext context;
  context.idempotency_key = "nonce";
  std::string token = facade->Register({}, {"alice", "", "correct horse"})->refresh_token;
  for (auto _ : state) {
    const auto next = facade->RefreshToken(context, {.refresh_token = token});
    if (!next.ok()) return state.SkipWithError("refused");
    token = next->refresh_token;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RefreshOnMemory);

/// With OWASP's parameters: what a login cannot be faster than.
void BM_HashPassword(benchmark::State& state) {
  const PasswordHasher hasher;
  for (auto _ : state) benchmark::DoNotOptimize(hasher.Hash("correct horse").ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_HashPassword)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oofgg::auth
