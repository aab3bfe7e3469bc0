#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg {

/// A mail to one person, as plain text.
struct Mail {
  /// `verify-email`, `reset-password`, `email-changed` or `identity-linked`, for those who write texts of
  /// their own.
  std::string kind;
  std::string to;
  std::string subject;
  std::string text;
  std::string code{};  ///< Also within the text. Empty in the last two.
};

/// Sends mail. Threads: safe. `Send` blocks for seconds, on an executor of its caller's choosing.
/// Errors: kUnavailable (try again), kInvalidArgument (the address is refused).
class Mailer {
 public:
  virtual ~Mailer() = default;
  [[nodiscard]] virtual Status Send(const Mail& mail) = 0;
};

}  // namespace oofgg
