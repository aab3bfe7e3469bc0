#include "servers/auth/mail.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "auth/private_file.h"
#include "http/smtp_mailer.h"
#include "oofgg/parse.h"
#include "servers/auth/hook_mailer.h"
#include "servers/auth/retrying_mailer.h"
#include "servers/common/process.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kMaxPassword = 4096;

StatusOr<std::string> ReadPassword(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(std::string password, auth::ReadPrivateFile(path, kMaxPassword));
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
  return password;
}

/// A mistyped name is said at the start, and not when the first player waits for a mail.
Status CheckCanRun(const std::string& program) {
  struct stat info {};
  if (stat(program.c_str(), &info) != 0 || access(program.c_str(), X_OK) != 0) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "--mail-hook: cannot run " + program + ": " + std::strerror(errno));
  }
  if (S_ISREG(info.st_mode)) return {};
  return MakeStatus(StatusCode::kFailedPrecondition, "--mail-hook: " + program + " is no program");
}

StatusOr<std::unique_ptr<Mailer>> MakeSender(const AuthSettings& settings) {
  if (!settings.mail_hook.empty()) {
    OOFGG_RETURN_IF_ERROR(CheckCanRun(settings.mail_hook));
    return std::make_unique<HookMailer>(settings.mail_hook);
  }
  http::SmtpOptions options = {
      .url = settings.smtp_url, .from = settings.smtp_from, .user = settings.smtp_user};
  if (!settings.smtp_password_file.empty()) {
    auto password = ReadPassword(settings.smtp_password_file);
    if (!password.ok()) return Annotate(password.status(), "--smtp-password-file");
    options.password = *std::move(password);
  }
  // Codes are secrets: only a relay on this machine may be spoken to without TLS.
  const std::string_view rest = std::string_view(settings.smtp_url).substr(settings.smtp_url.find("://") + 3);
  const auto address = ParseHostPort(rest.substr(0, rest.find('/')));
  options.allow_plaintext = address.ok() && IsLoopback(address->host);
  return std::make_unique<http::SmtpMailer>(std::move(options));
}

}  // namespace

StatusOr<std::unique_ptr<Mailer>> MakeMailer(const AuthSettings& settings) {
  if (settings.mail_hook.empty() && settings.smtp_url.empty()) return nullptr;
  OOFGG_ASSIGN_OR_RETURN(auto sender, MakeSender(settings));
  return std::make_unique<RetryingMailer>(std::move(sender), RandomSource::System(), Process::StopRequested);
}

}  // namespace oofgg::servers
