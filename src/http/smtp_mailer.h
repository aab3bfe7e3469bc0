#pragma once

#include <chrono>
#include <string>

#include "base/mailer.h"

namespace oofgg::http {

struct SmtpOptions {
  std::string url;   ///< `smtp://HOST:PORT` or `smtps://HOST:PORT`.
  std::string from;  ///< The sender's address.
  std::string user{};
  std::string password{};
  /// Speak plaintext where the server offers no STARTTLS, as one on loopback may.
  bool allow_plaintext = false;
  std::chrono::milliseconds timeout{10'000};  ///< Of one mail, connecting included.
};

/// Hands mail to an SMTP server (libcurl). Threads: safe; each mail has a connection of its own.
class SmtpMailer final : public Mailer {
 public:
  explicit SmtpMailer(SmtpOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Status Send(const Mail& mail) override;

 private:
  const SmtpOptions options_;
};

/// The mail as RFC 5322 has it, with CRLF line ends; kInvalidArgument if a header would hold a line end.
[[nodiscard]] StatusOr<std::string> FormatMail(const Mail& mail, const std::string& from,
                                               std::chrono::system_clock::time_point date);

}  // namespace oofgg::http
