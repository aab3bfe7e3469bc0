#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "auth/account_facade.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
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
  const auto facade = AuthFacade::Make({.users = users,
                                        .sessions = sessions,
                                        .issuer = tokens.issuer,
                                        .verifier = tokens.verifier,
                                        .hasher = hasher,
                                        .clock = Clock::System(),
                                        .random = RandomSource::System(),
                                        .secret = std::string(32, 's')})
                          .value();
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
