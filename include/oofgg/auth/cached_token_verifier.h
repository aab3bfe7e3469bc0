#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "oofgg/auth/token_verifier.h"
#include "oofgg/status.h"

namespace oofgg::auth {

struct CachedTokenVerifierOptions {
  /// Tokens remembered at most, about 1.2 KB each for ours; rounded up to a power of two. Tokens over 2 KB
  /// are verified each time.
  std::size_t max_tokens = 16384;
};

/// Remembers which tokens a `TokenVerifier` has found good, since a player sends the same one for a quarter
/// of an hour. The answer is always the plain one's: the whole token is compared, its times are held against
/// the clock at every call, and when trusted keys change everything is forgotten at once.
///
/// Errors: those of `TokenVerifier`. Refusals are not remembered, so that nobody can push good tokens out
/// with bad ones. Threads: safe; locks are held for some 20 ns. Cost of a token that came before: under 0.5
/// µs.
class CachedTokenVerifier {
 public:
  explicit CachedTokenVerifier(std::shared_ptr<const TokenVerifier> verifier,
                               CachedTokenVerifierOptions options = {});
  ~CachedTokenVerifier();

  [[nodiscard]] StatusOr<VerifiedToken> Verify(std::string_view token);

 private:
  struct Table;

  const std::shared_ptr<const TokenVerifier> verifier_;
  const std::unique_ptr<Table> table_;
};

}  // namespace oofgg::auth
