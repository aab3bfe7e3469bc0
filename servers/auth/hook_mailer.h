#pragma once

#include <chrono>
#include <string>

#include "base/mailer.h"

namespace oofgg::servers {

/// Hands mail to a program of the operator's (`--mail-hook`): started once a mail, it gets one JSON object
/// `{"kind","to","subject","text","code"}` (base/mailer.h) on stdin, and ends with 0 once the mail is on its
/// way. Nothing of it is in the program's arguments, where others could read it. Threads: safe.
class HookMailer final : public Mailer {
 public:
  explicit HookMailer(std::string program, std::chrono::milliseconds timeout = std::chrono::seconds(10))
      : program_(std::move(program)), timeout_(timeout) {}

  /// kUnavailable: it could not be started, failed, or took too long and was killed.
  [[nodiscard]] Status Send(const Mail& mail) override;

 private:
  const std::string program_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace oofgg::servers
