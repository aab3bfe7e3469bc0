#include "oofgg/auth/password_hasher.h"

#include <argon2.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <future>
#include <limits>
#include <optional>

#include "auth/hash_memory.h"
#include "auth/preemption_pulse.h"
#include "base/constant_time.h"
#include "base/encoding.h"
#include "base/work_queue.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kMinHashBytes = 16;
// Shorter ones cost more hashes and save no more time.
constexpr std::chrono::microseconds kPulse{200};
constexpr std::size_t kMaxPartBytes = 64;
constexpr std::uint32_t kMaxMemoryKib = 1024 * 1024;
constexpr std::uint32_t kMaxIterations = 64;
constexpr std::uint32_t kMaxParallelism = 16;

PasswordHasherOptions InRange(PasswordHasherOptions options) {
  options.parallelism = std::clamp<std::uint32_t>(options.parallelism, 1, kMaxParallelism);
  options.memory_kib = std::clamp(options.memory_kib, 8 * options.parallelism, kMaxMemoryKib);
  options.iterations = std::clamp<std::uint32_t>(options.iterations, 1, kMaxIterations);
  return options;
}

bool Take(std::string_view& rest, std::string_view expected) {
  if (rest.substr(0, expected.size()) != expected) return false;
  rest.remove_prefix(expected.size());
  return true;
}

bool TakeNumber(std::string_view& rest, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

/// PHC strings use the standard alphabet, without padding.
std::string PhcBase64(std::string_view bytes) {
  std::string text = base::Base64UrlEncode(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return text;
}

std::optional<std::string> FromPhcBase64(std::string_view text) {
  if (text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string url(text);
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  return base::Base64UrlDecode(url);
}

std::string CostText(const PasswordHasherOptions& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.iterations) +
         ",p=" + std::to_string(cost.parallelism) + "$";
}

struct StoredHash {
  PasswordHasherOptions cost;
  std::string salt;
  std::string hash;
};

/// Nothing if it is no such string, or asks for more than we are willing to compute.
std::optional<StoredHash> ParsePhc(std::string_view phc) {
  StoredHash stored;
  PasswordHasherOptions& cost = stored.cost;
  const bool parsed = Take(phc, "$argon2id$v=19$m=") && TakeNumber(phc, cost.memory_kib) &&
                      Take(phc, ",t=") && TakeNumber(phc, cost.iterations) && Take(phc, ",p=") &&
                      TakeNumber(phc, cost.parallelism) && Take(phc, "$");
  if (!parsed || cost != InRange(cost)) return std::nullopt;
  const std::size_t dollar = phc.find('$');
  if (dollar == std::string_view::npos) return std::nullopt;
  auto salt = FromPhcBase64(phc.substr(0, dollar));
  auto hash = FromPhcBase64(phc.substr(dollar + 1));
  if (!salt.has_value() || salt->size() < ARGON2_MIN_SALT_LENGTH || salt->size() > kMaxPartBytes) {
    return std::nullopt;
  }
  if (!hash.has_value() || hash->size() < kMinHashBytes || hash->size() > kMaxPartBytes) return std::nullopt;
  stored.salt = *std::move(salt);
  stored.hash = *std::move(hash);
  return stored;
}

Status HashingFailed(int code) {
  return MakeStatus(
      code == ARGON2_MEMORY_ALLOCATION_ERROR ? StatusCode::kResourceExhausted : StatusCode::kInternal,
      std::string("hashing a password: ") + argon2_error_message(code));
}

/// libargon2's callbacks know no context, but run on the thread that asked.
thread_local HashMemory::Block* present_block = nullptr;

int Allocate(std::uint8_t** memory, std::size_t bytes) {
  *memory = static_cast<std::uint8_t*>(present_block->Resize(bytes));
  return *memory == nullptr ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}

void KeepForTheBlock(std::uint8_t*, std::size_t) {}

StatusOr<std::string> Argon2id(const PasswordHasherOptions& cost, std::string_view password,
                               std::string_view salt, std::size_t hash_bytes, HashMemory::Block& block) {
  std::string hash(hash_bytes, '\0');
  std::string mutable_password(password);  // The interface is not const, the function is.
  std::string mutable_salt(salt);
  argon2_context context{};
  context.out = reinterpret_cast<std::uint8_t*>(hash.data());
  context.outlen = static_cast<std::uint32_t>(hash.size());
  context.pwd = reinterpret_cast<std::uint8_t*>(mutable_password.data());
  context.pwdlen = static_cast<std::uint32_t>(mutable_password.size());
  context.salt = reinterpret_cast<std::uint8_t*>(mutable_salt.data());
  context.saltlen = static_cast<std::uint32_t>(mutable_salt.size());
  context.t_cost = cost.iterations;
  context.m_cost = cost.memory_kib;
  context.lanes = cost.parallelism;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = &Allocate;
  context.free_cbk = &KeepForTheBlock;
  context.flags = ARGON2_FLAG_CLEAR_PASSWORD;
  present_block = &block;
  const int code = argon2id_ctx(&context);
  present_block = nullptr;
  if (code != ARGON2_OK) return HashingFailed(code);
  return hash;
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordHasherOptions options, RandomSource& random, std::size_t at_once,
                               MakeWay make_way)
    : options_(InRange(options)),
      random_(&random),
      make_way_(std::move(make_way)),
      memory_(std::make_shared<HashMemory>(at_once)) {
  if (at_once == 0) return;
  workers_ = std::make_shared<base::WorkQueue>(at_once, std::numeric_limits<std::size_t>::max(),
                                               ThreadPriority::kLow);
}

StatusOr<std::string> PasswordHasher::Compute(const PasswordHasherOptions& cost, std::string_view password,
                                              std::string_view salt, std::size_t hash_bytes) const {
  HashMemory::Block block(*memory_);
  if (workers_ == nullptr) return Argon2id(cost, password, salt, hash_bytes, block);
  // Only the hash is computed at a low priority. A thread of low priority that went on to the store or the
  // socket could be preempted while it holds their locks, and everybody would wait for it.
  std::promise<StatusOr<std::string>> promise;
  auto hash = promise.get_future();
  Task task = [&, promise = std::move(promise)]() mutable {
    std::optional<PreemptionPulse> pulse;
    if (make_way_ && make_way_()) pulse.emplace(kPulse);
    promise.set_value(Argon2id(cost, password, salt, hash_bytes, block));
  };
  if (!workers_->Push(task)) return MakeStatus(StatusCode::kUnavailable, "the server is stopping");
  return hash.get();
}

StatusOr<std::string> PasswordHasher::Hash(std::string_view password) const {
  const std::string salt = random_->Bytes(kSaltBytes);
  OOFGG_ASSIGN_OR_RETURN(const std::string hash, Compute(options_, password, salt, kHashBytes));
  return CostText(options_) + PhcBase64(salt) + "$" + PhcBase64(hash);
}

StatusOr<bool> PasswordHasher::Verify(std::string_view password, std::string_view phc) const {
  const auto stored = ParsePhc(phc);
  if (!stored.has_value()) {
    return MakeStatus(StatusCode::kDataLoss,
                      "a stored password hash is not an Argon2id string in our limits");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::string hash,
                         Compute(stored->cost, password, stored->salt, stored->hash.size()));
  return base::ConstantTimeEquals(hash, stored->hash);
}

bool PasswordHasher::NeedsRehash(std::string_view phc) const {
  const auto stored = ParsePhc(phc);
  return !stored.has_value() || stored->cost != options_;
}

std::string PasswordHasher::Decoy() const {
  return CostText(options_) + PhcBase64(random_->Bytes(kSaltBytes)) + "$" +
         PhcBase64(random_->Bytes(kHashBytes));
}

}  // namespace oofgg::auth
