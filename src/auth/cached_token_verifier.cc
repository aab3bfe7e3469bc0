#include "oofgg/auth/cached_token_verifier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/siphash.h"
#include "oofgg/random.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxCachedBytes = 2048;
constexpr std::size_t kWays = 8;    // Places in which a token may be; one of them is given up for a new one.
constexpr std::size_t kLocks = 64;  // More than there are cores.
constexpr std::size_t kHashedBytes = 64;

struct Entry {
  std::uint64_t generation;  // Of the verifier's keys, before it was verified.
  std::string token;
  VerifiedToken verified;
};

using EntryPtr = std::shared_ptr<const Entry>;

/// The end of a token is signature: all that differs from one good token to another.
std::string_view TailOf(std::string_view token) {
  return token.substr(token.size() - (std::min)(token.size(), kHashedBytes));
}

}  // namespace

/// Fixed in size: a token's hash leads to one row of `kWays` places.
struct CachedTokenVerifier::Table {
  struct Row {
    std::array<std::uint64_t, kWays> hashes{};
    std::array<EntryPtr, kWays> entries;
    std::uint8_t next = 0;
  };
  struct alignas(64) Lock {
    std::mutex mutex;
  };

  explicit Table(std::size_t max_tokens)
      : hasher({RandomSource::System().Next(), RandomSource::System().Next()}),
        rows(std::bit_ceil((std::max)(max_tokens / kWays, std::size_t{1}))) {}

  [[nodiscard]] std::size_t RowOf(std::uint64_t hash) const { return hash & (rows.size() - 1); }

  EntryPtr Find(std::uint64_t hash) {
    const std::size_t at = RowOf(hash);
    const std::lock_guard lock(locks[at % kLocks].mutex);
    const Row& row = rows[at];
    for (std::size_t way = 0; way < kWays; ++way) {
      if (row.hashes[way] == hash && row.entries[way] != nullptr) return row.entries[way];
    }
    return nullptr;
  }

  void Put(std::uint64_t hash, EntryPtr entry) {
    const std::size_t at = RowOf(hash);
    const std::lock_guard lock(locks[at % kLocks].mutex);
    Row& row = rows[at];
    const auto same = std::find(row.hashes.begin(), row.hashes.end(), hash);
    auto way = static_cast<std::size_t>(same - row.hashes.begin());
    if (way == kWays) way = row.next++ % kWays;
    row.hashes[way] = hash;
    row.entries[way].swap(entry);  // What is given up is freed after the lock.
  }

  const base::SipHash hasher;
  std::vector<Row> rows;
  std::array<Lock, kLocks> locks;
};

CachedTokenVerifier::CachedTokenVerifier(std::shared_ptr<const TokenVerifier> verifier,
                                         CachedTokenVerifierOptions options)
    : verifier_(std::move(verifier)), table_(std::make_unique<Table>(options.max_tokens)) {}

CachedTokenVerifier::~CachedTokenVerifier() = default;

StatusOr<VerifiedToken> CachedTokenVerifier::Verify(std::string_view token) {
  // Read first: should the keys change meanwhile, what is remembered below is already out of date.
  const std::uint64_t generation = verifier_->generation();
  const std::uint64_t hash = table_->hasher(TailOf(token));
  if (const EntryPtr entry = table_->Find(hash);
      entry != nullptr && entry->generation == generation && entry->token == token) {
    OOFGG_RETURN_IF_ERROR(verifier_->CheckTimes(entry->verified));
    return entry->verified;
  }
  StatusOr<VerifiedToken> verified = verifier_->Verify(token);
  if (verified.ok() && token.size() <= kMaxCachedBytes) {
    table_->Put(hash, std::make_shared<const Entry>(Entry{generation, std::string(token), *verified}));
  }
  return verified;
}

}  // namespace oofgg::auth
