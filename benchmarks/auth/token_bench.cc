#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "oofgg/auth/cached_token_verifier.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "tests/unit/auth/rsa_signer.h"

// Verifications per second and core: a whole token by each algorithm, beside what OpenSSL alone takes for the
// same bytes, measured in turn with it so that both see the same machine. `openssl_ns` is that floor, with
// its context reused from call to call as `openssl speed` does it, and `ratio` how many times it the whole
// token takes.
namespace oofgg::auth {
namespace {

const Caller kCaller = {.user_id = "0190a6d2-0000-7000-8000-000000000001",
                        .role = "user",
                        .session_id = "0190a6d2-0000-7000-8000-000000000002"};

/// A signature as OpenSSL alone checks it.
class BareOpenssl {
 public:
  BareOpenssl(EVP_PKEY* pkey, const EVP_MD* digest, std::string message)
      : pkey_(pkey), digest_(digest), message_(std::move(message)) {
    EVP_MD_CTX* signing = EVP_MD_CTX_new();
    std::size_t size = 1024;
    signature_.resize(size);
    EVP_DigestSignInit(signing, nullptr, digest, nullptr, pkey);
    EVP_DigestSign(signing, Bytes(signature_), &size, Bytes(message_), message_.size());
    EVP_MD_CTX_free(signing);
    signature_.resize(size);
    EVP_DigestVerifyInit(prepared_, nullptr, digest, nullptr, pkey);
  }
  ~BareOpenssl() {
    EVP_MD_CTX_free(context_);
    EVP_MD_CTX_free(prepared_);
    EVP_PKEY_free(pkey_);
  }

  [[nodiscard]] bool Verify() {
    EVP_MD_CTX_copy_ex(context_, prepared_);
    return EVP_DigestVerify(context_, Bytes(signature_), signature_.size(), Bytes(message_),
                            message_.size()) == 1;
  }

 private:
  static unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

  EVP_PKEY* pkey_;
  const EVP_MD* digest_;
  std::string message_;
  std::string signature_;
  EVP_MD_CTX* prepared_ = EVP_MD_CTX_new();
  EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

struct BareHmac {
  std::string message;
  [[nodiscard]] bool Verify() const {
    unsigned char mac[32];
    unsigned int size = 0;
    return HMAC(EVP_sha256(), "0123456789abcdef0123456789abcdef", 32,
                reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac,
                &size) != nullptr;
  }
};

/// Of this thread's processor time, so that neighbours on the machine count for little.
double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double MedianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Runs both in turn, in batches long enough for the clock; the benchmark's own time is that of 16 tokens.
/// The counters are medians, `ratio` that of neighbouring batches: a core is up to twice as fast while its
/// twin idles.
template <typename Token, typename Bare>
void Compare(benchmark::State& state, Token token, Bare bare) {
  constexpr int kBatch = 16;
  const auto time = [&state](auto& verify) {
    const double begin = CpuSeconds();
    for (int i = 0; i < kBatch; ++i) {
      if (!verify()) state.SkipWithError("refused");
    }
    return CpuSeconds() - begin;
  };
  std::vector<double> token_seconds;
  std::vector<double> bare_seconds;
  std::vector<double> ratios;
  for (auto _ : state) {
    token_seconds.push_back(time(token) / kBatch);
    bare_seconds.push_back(time(bare) / kBatch);
    ratios.push_back(token_seconds.back() / bare_seconds.back());
    state.SetIterationTime(token_seconds.back() * kBatch);
  }
  state.counters["token_ns"] = MedianOf(token_seconds) * 1e9;
  state.counters["openssl_ns"] = MedianOf(bare_seconds) * 1e9;
  state.counters["ratio"] = MedianOf(ratios);
  state.counters["per_second"] = 1 / MedianOf(token_seconds);
}

std::string SignedPart(const std::string& token) { return token.substr(0, token.rfind('.')); }

struct Fixture {
  explicit Fixture(SigningKey key)
      : token(TokenIssuer(key, Clock::System(), RandomSource::System()).Issue(kCaller).value()),
        verifier(std::make_shared<const TokenVerifier>(Clock::System(),
                                                       Jwks::Of({key.verifying_key()}).value())) {}

  std::string token;
  std::shared_ptr<const TokenVerifier> verifier;
};

void BM_VerifyEdDsa(benchmark::State& state) {
  const Fixture fixture(SigningKey::Generate().value());
  BareOpenssl bare(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), nullptr, SignedPart(fixture.token));
  Compare(
      state, [&] { return fixture.verifier->Verify(fixture.token).ok(); }, [&] { return bare.Verify(); });
}
BENCHMARK(BM_VerifyEdDsa)->UseManualTime();

void BM_VerifyEs256(benchmark::State& state) {
  const Fixture fixture(SigningKey::Generate(KeyAlgorithm::kEs256).value());
  BareOpenssl bare(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_sha256(),
                   SignedPart(fixture.token));
  Compare(
      state, [&] { return fixture.verifier->Verify(fixture.token).ok(); }, [&] { return bare.Verify(); });
}
BENCHMARK(BM_VerifyEs256)->UseManualTime();

void BM_VerifyHs256(benchmark::State& state) {
  const Fixture fixture(SigningKey::Generate(KeyAlgorithm::kHs256).value());
  const BareHmac bare{SignedPart(fixture.token)};
  Compare(
      state, [&] { return fixture.verifier->Verify(fixture.token).ok(); }, [&] { return bare.Verify(); });
}
BENCHMARK(BM_VerifyHs256)->UseManualTime();

void BM_VerifyRs256(benchmark::State& state) {
  const testing::RsaSigner rsa;
  const std::string payload(280, 'p');
  std::string token = base::Base64UrlEncode(R"({"alg":"RS256","kid":")" + rsa.verifying_key().kid() + "\"}") +
                      "." + base::Base64UrlEncode(payload);
  token += "." + base::Base64UrlEncode(rsa.Sign(token));
  const Jwks keys = Jwks::Of({rsa.verifying_key()}).value();
  EVP_PKEY_up_ref(rsa.pkey());
  BareOpenssl bare(rsa.pkey(), EVP_sha256(), SignedPart(token));
  Compare(
      state, [&] { return VerifySignatureOnly(token, keys).ok(); }, [&] { return bare.Verify(); });
}
BENCHMARK(BM_VerifyRs256)->UseManualTime();

/// A token that came before, against a whole plain verification of it: `speedup`, the goal being 50.
void BM_VerifyCached(benchmark::State& state) {
  const Fixture fixture(SigningKey::Generate().value());
  CachedTokenVerifier cached(fixture.verifier);
  constexpr int kPlain = 50;
  const double begin = CpuSeconds();
  for (int i = 0; i < kPlain; ++i) benchmark::DoNotOptimize(fixture.verifier->Verify(fixture.token).ok());
  const double plain = (CpuSeconds() - begin) / kPlain;
  const double cached_begin = CpuSeconds();
  for (auto _ : state) {
    if (!cached.Verify(fixture.token).ok()) state.SkipWithError("refused");
  }
  const double each = (CpuSeconds() - cached_begin) / static_cast<double>(state.iterations());
  state.counters["plain_ns"] = plain * 1e9;
  state.counters["speedup"] = plain / each;
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_VerifyCached);

/// Many players, so that memory and the processor's caches count.
void BM_VerifyCachedOfMany(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate().value();
  const Fixture fixture(key);
  const TokenIssuer issuer(key, Clock::System(), RandomSource::System());
  CachedTokenVerifier cached(fixture.verifier);
  std::vector<std::string> tokens;
  for (int i = 0; i < state.range(0); ++i) {
    tokens.push_back(issuer.Issue(kCaller).value());
    benchmark::DoNotOptimize(cached.Verify(tokens.back()).ok());
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cached.Verify(tokens[next]).ok());
    next = next + 1 == tokens.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_VerifyCachedOfMany)->Arg(4000);

/// What a flood of nonsense costs: refused before any signature is checked.
void BM_RefuseUnknownKey(benchmark::State& state) {
  const Fixture fixture(SigningKey::Generate().value());
  CachedTokenVerifier cached(fixture.verifier);
  const std::string token = Fixture(SigningKey::Generate().value()).token;
  for (auto _ : state) benchmark::DoNotOptimize(cached.Verify(token).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RefuseUnknownKey);

}  // namespace
}  // namespace oofgg::auth
