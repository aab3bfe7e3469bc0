#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

enum class CodePurpose : std::uint8_t { kVerifyEmail = 0, kResetPassword = 1 };

/// Wrong guesses that cost a code. A code has 50 random bits, so that 100 guesses hit it once in 10^13 times;
/// with few allowed, anybody could burn the code of somebody else by guessing wrong.
inline constexpr int kGuessesForCode = 100;

/// A code that was sent by mail, to be typed in once. A user has one for each purpose at most.
struct OneTimeCode {
  std::string user_id;
  CodePurpose purpose = CodePurpose::kVerifyEmail;
  std::string hash;   ///< Of the code; 32 bytes. The code itself is never stored.
  std::string email;  ///< Where it was sent.
  WallTime expires_at{};
  int guesses_left = kGuessesForCode;

  friend bool operator==(const OneTimeCode&, const OneTimeCode&) = default;
};

/// Threads: safe. Errors: kUnavailable (the store cannot be reached or is full; nothing happened).
class CodeStore {
 public:
  virtual ~CodeStore() = default;

  /// In place of the user's former code of that purpose; durable once it returns.
  [[nodiscard]] virtual Status Put(const OneTimeCode& code) = 0;

  /// Takes the code out if `hash` is its own: of any number of concurrent calls one gets it. A wrong hash
  /// costs a guess, and the last guess the code. kNotFound if there is none, it is wrong, or has expired.
  [[nodiscard]] virtual StatusOr<OneTimeCode> Take(std::string_view user_id, CodePurpose purpose,
                                                   std::string_view hash, WallTime now) = 0;

  [[nodiscard]] virtual Status EraseCodes(std::string_view user_id) = 0;

  /// Forgets at most `limit` codes that expired before `now`; returns how many.
  [[nodiscard]] virtual StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) = 0;
};

/// What `Take` answers for every kind of refusal.
[[nodiscard]] Status NoSuchCode();

}  // namespace oofgg::auth
