#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "auth/jws.h"
#include "auth/token_claims.h"
#include "base/encoding.h"
#include "oofgg/auth/cached_token_verifier.h"
#include "oofgg/auth/jwks.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"

// What auth reads from strangers. The first byte of an input says which parser gets the rest.
namespace oofgg::auth {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

const SigningKey& Key() {
  static const SigningKey key = SigningKey::FromEd25519Seed(std::string(32, 'f')).value();
  return key;
}

const std::shared_ptr<const TokenVerifier>& Verifier() {
  static const testing::FakeClock clock;
  static const auto verifier =
      std::make_shared<const TokenVerifier>(clock, Jwks::Of({Key().verifying_key()}).value());
  return verifier;
}

void CheckVerdict(const StatusOr<VerifiedToken>& verdict) {
  if (verdict.ok()) {
    Require(!verdict->caller.user_id.empty() && !verdict->caller.role.empty() && !verdict->token_id.empty());
    Require(verdict->issued_at < verdict->expires_at);
  } else {
    Require(verdict.status().code() == StatusCode::kUnauthenticated && !ReasonOf(verdict.status()).empty());
  }
}

/// There is one spelling of a good token: what we would write ourselves.
void RequireCanonical(std::string_view token) {
  for (std::size_t begin = 0; begin <= token.size();) {
    const std::size_t end = (std::min)(token.find('.', begin), token.size());
    const std::string_view part = token.substr(begin, end - begin);
    Require(base::Base64UrlEncode(base::Base64UrlDecode(part).value()) == part);
    begin = end + 1;
  }
}

/// The plain verdict is sound, and the cache's is the same, the first time and again.
void Judge(std::string_view token) {
  static CachedTokenVerifier cached(Verifier(), {.max_tokens = 64});
  const auto verdict = Verifier()->Verify(token);
  CheckVerdict(verdict);
  if (verdict.ok()) RequireCanonical(token);
  for (int i = 0; i < 2; ++i) {
    const auto again = cached.Verify(token);
    Require(again.status() == verdict.status() && (!again.ok() || *again == *verdict));
  }
}

/// A token as it comes from a client.
void Token(std::string_view input) { Judge(input); }

/// Claims under a good signature: a foreign issuer whom we trust may still write nonsense.
void Claims(std::string_view input) {
  Judge(SignJws(Key(), kAccessTokenType, input).value());
  (void)ParseForeignClaims(input);
  (void)CheckAnyClaims(input, {.issuer = "i", .audience = "a", .now = {}, .clock_skew = {}});
}

/// A header under a good signature.
void Header(std::string_view input) {
  std::string token = base::Base64UrlEncode(input) + ".e30";
  token += "." + base::Base64UrlEncode(Key().Sign(token).value());
  const auto payload = VerifySignatureOnly(token, *Verifier()->keys());
  Require(!payload.ok() || *payload == "{}");
}

void KeySet(std::string_view input) {
  const auto keys = Jwks::Parse(input);
  if (!keys.ok()) return Require(!FieldViolationsOf(keys.status()).empty());
  const std::string printed = keys->ToJson();
  const auto again = Jwks::Parse(printed);
  Require(again.ok() && again->ToJson() == printed);
}

/// A JWK or a set, such as its owner keeps, a newline, and a token that may be signed with it.
void KeyAndToken(std::string_view input) {
  const std::size_t newline = (std::min)(input.find('\n'), input.size());
  const auto keys = Jwks::Parse(input.substr(0, newline), {.allow_secrets = true, .allow_single_key = true});
  if (!keys.ok()) return;
  Require(Jwks::Parse(keys->ToJson()).ok());  // Which refuses secrets.
  if (newline == input.size()) return;
  const std::string_view token = input.substr(newline + 1);
  if (VerifySignatureOnly(token, *keys).ok()) RequireCanonical(token);
}

void PasswordHash(std::string_view input) {
  static const PasswordHasher hasher(PasswordHasherOptions::CheapForTests());
  // What costs more than ours is as well-formed, but slow.
  if (!hasher.NeedsRehash(input)) Require(!hasher.Verify("password", input).value_or(false));
}

void PrivateKey(std::string_view input) {
  const auto key = SigningKey::FromPem(input);
  if (key.ok()) Require(key->verifying_key().Verifies("m", key->Sign("m").value()));
}

}  // namespace
}  // namespace oofgg::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Target = void (*)(std::string_view);
  constexpr Target kTargets[] = {oofgg::auth::Token,      oofgg::auth::Claims,       oofgg::auth::Header,
                                 oofgg::auth::KeySet,     oofgg::auth::PasswordHash, oofgg::auth::PrivateKey,
                                 oofgg::auth::KeyAndToken};
  if (size == 0) return 0;
  // Printable digits, so that the corpus can be read and written by hand.
  const std::size_t target = static_cast<std::size_t>(data[0]) - '0';
  if (target >= std::size(kTargets)) return 0;
  kTargets[target]({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
