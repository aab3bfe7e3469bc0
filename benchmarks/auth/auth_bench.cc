#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "auth/account_facade.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"

// What auth costs a server: verifying (every call of every server), issuing, refreshing, hashing.
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

/// The floor: OpenSSL's verification of the same bytes and nothing else.
void BM_BareOpensslVerify(benchmark::State& state) {
  EVP_PKEY* pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  const Tokens tokens;
  const std::string token = tokens.issuer.Issue(kCaller).value();
  const std::string message = token.substr(0, token.rfind('.'));
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  unsigned char signature[64];
  std::size_t size = sizeof(signature);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, nullptr, nullptr, pkey);
  EVP_DigestSign(context, signature, &size, bytes, message.size());
  EVP_MD_CTX_free(context);
  for (auto _ : state) {
    EVP_MD_CTX* verifying = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(verifying, nullptr, nullptr, nullptr, pkey);
    if (EVP_DigestVerify(verifying, signature, size, bytes, message.size()) != 1)
      state.SkipWithError("refused");
    EVP_MD_CTX_free(verifying);
  }
  EVP_PKEY_free(pkey);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BareOpensslVerify);

void BM_VerifyEdDsa(benchmark::State& state) {
  const Tokens tokens;
  const std::string token = tokens.issuer.Issue(kCaller).value();
  for (auto _ : state) {
    if (!tokens.verifier.Verify(token).ok()) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_VerifyEdDsa);

/// What a flood of nonsense costs: refused before any signature is checked.
void BM_RefuseUnknownKey(benchmark::State& state) {
  const Tokens tokens;
  const std::string token = Tokens().issuer.Issue(kCaller).value();
  for (auto _ : state) benchmark::DoNotOptimize(tokens.verifier.Verify(token).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RefuseUnknownKey);

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
