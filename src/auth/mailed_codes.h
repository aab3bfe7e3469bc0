#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "auth/audit.h"
#include "auth/code_store.h"
#include "auth/user_store.h"
#include "base/mailer.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// What the owner of an account is told of, so that a thief can't do it unseen.
enum class MailedNotice : std::uint8_t { kEmailChanged, kIdentityLinked };

/// What they are made of. All but `secret` must outlive them, and what they posted to `executor`.
struct MailedCodesParts {
  UserStore& users;
  CodeStore& codes;
  Mailer* mailer = nullptr;             ///< Null: kUnimplemented.
  BoundedExecutor* executor = nullptr;  ///< Where mail is written and sent; with a mailer.
  AuditTrail audit;
  const Clock& clock;
  RandomSource& random;
  std::string secret;                      ///< For hashes of codes.
  std::chrono::seconds lifetime{30 * 60};  ///< Of a code.
};

/// Single-use codes that prove that somebody reads the mail of an address. One is for the account as it was
/// when it was asked for: a new password, or a ban, voids it (`User::epoch`). Sending happens after the
/// answer, on threads of its own, so that nobody waits for a mail server, nor learns from the time it takes
/// whether there is such an account. Threads: safe. Errors: kUnimplemented without a mailer,
/// kResourceExhausted (too much mail waits).
class MailedCodes : public std::enable_shared_from_this<MailedCodes> {
 public:
  [[nodiscard]] static std::shared_ptr<MailedCodes> Make(MailedCodesParts parts) {
    return std::shared_ptr<MailedCodes>(new MailedCodes(std::move(parts)));
  }

  [[nodiscard]] Status CheckAvailable() const;

  /// A code to `email`, which may become the user's.
  [[nodiscard]] Status SendProof(const User& user, const std::string& email);

  /// A code for a new password to whom this address belongs, if to anybody.
  [[nodiscard]] Status SendReset(const CallContext& context, const std::string& email);

  /// A notice, without any code, to an address that is the user's or has just ceased to be.
  [[nodiscard]] Status SendNotice(const std::string& user_id, MailedNotice notice, const std::string& email);

  /// Whom an address belongs to that is nobody's. A code is stored for it too, though never mailed, and
  /// guesses at it are counted: so the store does the same for every address, and no answer's time tells
  /// which is known.
  [[nodiscard]] User Nobody(std::string_view email) const;

  /// Takes the code that was typed in. kNotFound with CODE_INVALID.
  [[nodiscard]] StatusOr<OneTimeCode> Take(const User& user, CodePurpose purpose, std::string_view typed);

 private:
  explicit MailedCodes(MailedCodesParts parts) : parts_(std::move(parts)) {}

  Status Post(std::function<void()> task);
  /// Makes a code and stores it.
  StatusOr<std::string> Keep(const User& user, CodePurpose purpose, const std::string& email);
  void Send(const User& user, CodePurpose purpose, const std::string& email);
  std::string HashOf(CodePurpose purpose, const User& user, std::string_view code) const;

  const MailedCodesParts parts_;
};

}  // namespace oofgg::auth
