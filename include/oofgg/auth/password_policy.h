#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg {
class TokenBucket;
}

namespace oofgg::auth {

class BreachedPasswords;

/// What the account is called that a password is to be for.
struct PasswordOwner {
  std::string_view username{};  ///< Empty where it is not known, as with a reset by mail.
  std::string_view email{};     ///< Empty if it has none.
};

/// Which new passwords are good enough. Asked when an account is registered or upgraded and when its password
/// changes, never at a login, so that a stricter policy locks nobody out. Replaceable: derive from it, or
/// build on those below. The form (8 to 256 bytes of UTF-8, what NIST SP 800-63B and OWASP ask for at least)
/// is checked before, whatever the policy. Threads: safe. Runs on hashing threads; may read a file, must not
/// wait for a network.
class PasswordPolicy {
 public:
  virtual ~PasswordPolicy() = default;

  /// kInvalidArgument that names the field `password` and says what would be better, without the password,
  /// and with a reason that clients can tell apart. kUnavailable: cannot say now, so the password is not
  /// taken.
  [[nodiscard]] virtual Status Check(std::string_view password, const PasswordOwner& owner) const = 0;
};

/// NIST SP 800-63B section 5.1.1.2, as far as no other file is needed: refuses passwords of less than
/// `min_length` characters, those that are tried first (the most common of public breaches, also with a few
/// digits behind them, repetitions, and runs such as 12345678), and those made of the account's own names;
/// all with the reason PASSWORD_TOO_EASY. No rules of composition.
class CommonPasswordPolicy final : public PasswordPolicy {
 public:
  /// In characters, not bytes. Less than 8 is as good as 8.
  explicit CommonPasswordPolicy(std::size_t min_length = 8) : min_length_(min_length) {}

  [[nodiscard]] Status Check(std::string_view password, const PasswordOwner& owner) const override;

 private:
  const std::size_t min_length_;
};

/// Refuses what is in a file of breached passwords, with the reason PASSWORD_BREACHED, and what another
/// policy refuses. The file is as Have I Been Pwned offers it for download: a line for each password, its
/// SHA-1 in 40 upper-case hexadecimal digits, `:` and a count behind it or not, in ascending order. It is
/// searched where it lies, in some 25 reads for 40 GB, and never loaded. Replace it by renaming another over
/// it and restarting.
class BreachedPasswordPolicy final : public PasswordPolicy {
 public:
  /// `first` is asked before the file, and must not be null. Looks at samples of the file only. Errors:
  /// kNotFound, kPermissionDenied; kFailedPrecondition (empty, no such lines, or not in order).
  [[nodiscard]] static StatusOr<std::unique_ptr<BreachedPasswordPolicy>> Open(
      const std::string& path, std::unique_ptr<const PasswordPolicy> first);
  ~BreachedPasswordPolicy() override;

  [[nodiscard]] Status Check(std::string_view password, const PasswordOwner& owner) const override;

 private:
  BreachedPasswordPolicy(std::unique_ptr<const BreachedPasswords> breached,
                         std::unique_ptr<const PasswordPolicy> first);

  const std::unique_ptr<TokenBucket> warnings_;
  const std::unique_ptr<const BreachedPasswords> breached_;
  const std::unique_ptr<const PasswordPolicy> first_;
};

}  // namespace oofgg::auth
