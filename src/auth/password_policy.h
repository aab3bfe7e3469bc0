#pragma once

#include <string_view>

#include "oofgg/status.h"

namespace oofgg::auth {

/// Which passwords are good enough, beside their form (8 to 256 bytes of UTF-8). Replaceable.
/// Threads: safe. Runs on hashing threads; may read a file, must not wait for a network.
class PasswordPolicy {
 public:
  virtual ~PasswordPolicy() = default;

  /// kInvalidArgument that names the field `password` and says what would be better, without the password.
  [[nodiscard]] virtual Status Check(std::string_view password, std::string_view username,
                                     std::string_view email) const = 0;
};

/// NIST SP 800-63B 5.1.1.2: refuses the passwords that are tried first (the most common of public breaches,
/// repetitions and runs such as 12345678) and those made of the account's own names. No rules of composition.
class CommonPasswordPolicy final : public PasswordPolicy {
 public:
  [[nodiscard]] Status Check(std::string_view password, std::string_view username,
                             std::string_view email) const override;
};

}  // namespace oofgg::auth
