#include "auth/mailed_codes.h"

#include <utility>

#include "auth/digest.h"
#include "auth/new_user.h"
#include "auth/text.h"
#include "base/encoding.h"
#include "oofgg/log.h"

namespace oofgg::auth {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{5000};

Mail Compose(CodePurpose purpose, const std::string& email, const std::string& code,
             std::chrono::seconds lifetime) {
  const std::string terms = "\n\nIt works once, for " +
                            std::to_string(std::chrono::ceil<std::chrono::minutes>(lifetime).count()) +
                            " minutes. If you did not ask for it, ignore this mail";
  if (purpose == CodePurpose::kVerifyEmail) {
    return {
        .kind = "verify-email",
        .to = email,
        .subject = "Your code: " + code,
        .text = "Type this code into the game to confirm your e-mail address:\n\n    " + code + terms + ".\n",
        .code = code};
  }
  return {.kind = "reset-password",
          .to = email,
          .subject = "Reset your password",
          .text = "Type this code into the game to set a new password:\n\n    " + code + terms +
                  "; your password stays as it is.\n",
          .code = code};
}

Mail ComposeNotice(MailedNotice notice, const std::string& email) {
  if (notice == MailedNotice::kIdentityLinked) {
    return {.kind = "identity-linked",
            .to = email,
            .subject = "One more way into your account",
            .text =
                "An account at Twitch now opens your account in the game.\n\n"
                "If you did not link it, somebody else has: reset your password by mail, which takes it away "
                "again.\n"};
  }
  return {.kind = "email-changed",
          .to = email,
          .subject = "Your e-mail address was changed",
          .text =
              "Your account in the game has another e-mail address now, and no longer this one.\n\n"
              "If you did not change it, somebody else has: ask the game's support for help.\n"};
}

}  // namespace

Status MailedCodes::CheckAvailable() const {
  if (parts_.mailer != nullptr && parts_.executor != nullptr) return {};
  return MakeStatus(StatusCode::kUnimplemented,
                    "this server sends no mail; its operator sets --smtp-url or --mail-hook");
}

Status MailedCodes::SendProof(const User& user, const std::string& email) {
  return Post(
      [self = shared_from_this(), user, email] { self->Send(user, CodePurpose::kVerifyEmail, email); });
}

Status MailedCodes::SendReset(const CallContext& context, const std::string& email) {
  return Post([self = shared_from_this(), context, email] {
    const StatusOr<User> user = self->parts_.users.FindByEmail(email);
    if (user.status().code() == StatusCode::kNotFound) {
      // Nobody waits for it, and it lapses as any other.
      self->Keep(self->Nobody(email), CodePurpose::kResetPassword, email).status().IgnoreError();
    }
    if (!user.ok() || user->state == AccountState::kDeleting) return;
    self->parts_.audit.Note("password_reset_requested", user->id, context);
    self->Send(*user, CodePurpose::kResetPassword, user->email);
  });
}

Status MailedCodes::SendNotice(const std::string& user_id, MailedNotice notice, const std::string& email) {
  return Post([self = shared_from_this(), user_id, notice, email] {
    const Status sent = self->parts_.mailer->Send(ComposeNotice(notice, email));
    if (sent.ok()) return;
    Log(LogLevel::kWarning, "auth",
        "user " + user_id + " was mailed no notice: " + std::string(sent.message()));
  });
}

Status MailedCodes::Post(std::function<void()> task) {
  OOFGG_RETURN_IF_ERROR(CheckAvailable());
  if (parts_.executor->TryPost(std::move(task))) return {};
  return RetryLater(StatusCode::kResourceExhausted, "too much mail waits to be sent", kRetryDelay);
}

User MailedCodes::Nobody(std::string_view email) const {
  User nobody;
  // No id of ours looks like it, and none can be made of the address without the secret.
  nobody.id = "nobody-" + base::HexEncode(HmacSha256(parts_.secret, {"oofgg nobody v1", FoldCase(email)}));
  nobody.email = email;
  return nobody;
}

StatusOr<std::string> MailedCodes::Keep(const User& user, CodePurpose purpose, const std::string& email) {
  std::string code = RandomCode(parts_.random);
  OOFGG_RETURN_IF_ERROR(parts_.codes.Put({.user_id = user.id,
                                          .purpose = purpose,
                                          .hash = HashOf(purpose, user, code),
                                          .email = email,
                                          .expires_at = parts_.clock.WallNow() + parts_.lifetime}));
  return code;
}

void MailedCodes::Send(const User& user, CodePurpose purpose, const std::string& email) {
  const StatusOr<std::string> code = Keep(user, purpose, email);
  const Status sent =
      code.ok() ? parts_.mailer->Send(Compose(purpose, email, *code, parts_.lifetime)) : code.status();
  if (sent.ok()) return;
  Log(LogLevel::kWarning, "auth", "user " + user.id + " was mailed no code: " + std::string(sent.message()));
}

StatusOr<OneTimeCode> MailedCodes::Take(const User& user, CodePurpose purpose, std::string_view typed) {
  return parts_.codes.Take(user.id, purpose, HashOf(purpose, user, typed), parts_.clock.WallNow());
}

std::string MailedCodes::HashOf(CodePurpose purpose, const User& user, std::string_view code) const {
  const std::string_view what = purpose == CodePurpose::kVerifyEmail ? "verify" : "reset";
  return HmacSha256(parts_.secret,
                    {"oofgg code v2", what, user.id, std::to_string(user.epoch), NormalizedCode(code)});
}

}  // namespace oofgg::auth
