#include "oofgg/auth/password_hasher.h"

#include <argon2.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/encoding.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
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

/// The cost written in a PHC string, if it is one that we may be asked to pay.
std::optional<PasswordHasherOptions> CostOf(std::string_view phc) {
  PasswordHasherOptions cost;
  const bool parsed = Take(phc, "$argon2id$v=19$m=") && TakeNumber(phc, cost.memory_kib) &&
                      Take(phc, ",t=") && TakeNumber(phc, cost.iterations) && Take(phc, ",p=") &&
                      TakeNumber(phc, cost.parallelism) && Take(phc, "$");
  if (!parsed || cost != InRange(cost)) return std::nullopt;
  return cost;
}

Status HashingFailed(int code) {
  return MakeStatus(
      code == ARGON2_MEMORY_ALLOCATION_ERROR ? StatusCode::kResourceExhausted : StatusCode::kInternal,
      std::string("hashing a password: ") + argon2_error_message(code));
}

/// Waits for one of the slots, and gives it back.
class SlotHeld {
 public:
  explicit SlotHeld(std::counting_semaphore<>* slots) : slots_(slots) {
    if (slots_ != nullptr) slots_->acquire();
  }
  SlotHeld(const SlotHeld&) = delete;
  SlotHeld& operator=(const SlotHeld&) = delete;
  ~SlotHeld() {
    if (slots_ != nullptr) slots_->release();
  }

 private:
  std::counting_semaphore<>* slots_;
};

/// PHC strings use the standard alphabet, without padding.
std::string PhcBase64(std::string_view bytes) {
  std::string text = base::Base64UrlEncode(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return text;
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordHasherOptions options, RandomSource& random, std::size_t at_once)
    : options_(InRange(options)), random_(&random) {
  if (at_once > 0) slots_ = std::make_shared<Slots>(static_cast<std::ptrdiff_t>(at_once));
}

StatusOr<std::string> PasswordHasher::Hash(std::string_view password) const {
  const std::string salt = random_->Bytes(kSaltBytes);
  std::string encoded(argon2_encodedlen(options_.iterations, options_.memory_kib, options_.parallelism,
                                        kSaltBytes, kHashBytes, Argon2_id),
                      '\0');
  const SlotHeld slot(slots_.get());
  const int code = argon2id_hash_encoded(options_.iterations, options_.memory_kib, options_.parallelism,
                                         password.data(), password.size(), salt.data(), salt.size(),
                                         kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return HashingFailed(code);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

StatusOr<bool> PasswordHasher::Verify(std::string_view password, std::string_view phc) const {
  if (!CostOf(phc).has_value()) {
    return MakeStatus(StatusCode::kDataLoss,
                      "a stored password hash is not an Argon2id string in our limits");
  }
  const SlotHeld slot(slots_.get());
  const int code = argon2id_verify(std::string(phc).c_str(), password.data(), password.size());
  switch (code) {
    case ARGON2_OK:
      return true;
    case ARGON2_VERIFY_MISMATCH:
      return false;
    case ARGON2_MEMORY_ALLOCATION_ERROR:
      return HashingFailed(code);
    default:
      return MakeStatus(StatusCode::kDataLoss, "a stored password hash is damaged");
  }
}

bool PasswordHasher::NeedsRehash(std::string_view phc) const { return CostOf(phc) != options_; }

std::string PasswordHasher::Decoy() const {
  return "$argon2id$v=19$m=" + std::to_string(options_.memory_kib) +
         ",t=" + std::to_string(options_.iterations) + ",p=" + std::to_string(options_.parallelism) + "$" +
         PhcBase64(random_->Bytes(kSaltBytes)) + "$" + PhcBase64(random_->Bytes(kHashBytes));
}

}  // namespace oofgg::auth
