#include "auth/account_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "auth/text.h"
#include "base/utc.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMinUsername = 3;
constexpr std::size_t kMaxUsername = 32;
constexpr std::size_t kMinPassword = 8;
constexpr std::size_t kMaxPassword = 256;
constexpr std::size_t kMaxEmail = 254;  // RFC 5321 section 4.5.3.1.3, without the angle brackets.
constexpr std::size_t kMaxLocalPart = 64;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxIdempotencyKey = 128;
constexpr std::size_t kMinDeviceSecret = 32;
constexpr std::size_t kMaxDeviceSecret = 128;
constexpr std::size_t kMaxTwitchText = 256;
constexpr std::size_t kMaxTypedCode = 32;
constexpr const char* kPasswordRule = "must be 8 to 256 bytes of UTF-8";
constexpr const char* kEmailRule = "must be an address such as name@example.com, in ASCII, or empty";

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPrintable(char c) { return c > ' ' && c <= '~'; }

bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// RFC 5322's dot-atom characters; dots are looked at apart.
bool IsAtomCharacter(char c) { return IsAlphanumeric(c) || IsOneOf(c, "!#$%&'*+-/=?^_`{|}~"); }

bool IsLocalPart(std::string_view part) {
  const bool dots_inside =
      !part.empty() && part.front() != '.' && part.back() != '.' && part.find("..") == std::string_view::npos;
  return dots_inside && part.size() <= kMaxLocalPart &&
         std::all_of(part.begin(), part.end(), [](char c) { return c == '.' || IsAtomCharacter(c); });
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return c == '-' || IsAlphanumeric(c); });
}

bool IsDomain(std::string_view domain) {
  while (true) {
    const std::size_t dot = domain.find('.');
    if (!IsLabel(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

bool IsEmail(std::string_view email) {
  const std::size_t at = email.find('@');
  return at != std::string_view::npos && email.size() <= kMaxEmail && IsLocalPart(email.substr(0, at)) &&
         IsDomain(email.substr(at + 1));
}

/// NIST SP 800-63B: length is what counts; no rules of composition.
bool IsPassword(std::string_view password) {
  return password.size() >= kMinPassword && password.size() <= kMaxPassword && IsUtf8(password);
}

Status Combine(const std::vector<FieldViolation>& violations) {
  if (violations.empty()) return {};
  std::string message;
  for (const FieldViolation& violation : violations) {
    if (!message.empty()) message += "; ";
    message += violation.field + ": " + violation.description;
  }
  return WithFieldViolations(MakeStatus(StatusCode::kInvalidArgument, message), violations);
}

Status CheckNamesAndPassword(const std::string& username, const std::string& email,
                             const std::string& password) {
  std::vector<FieldViolation> violations;
  if (!IsUsername(username)) {
    violations.push_back({"username", "must be 3 to 32 letters, digits, dots, hyphens or underscores"});
  }
  if (!email.empty() && !IsEmail(email)) violations.push_back({"email", kEmailRule});
  if (!IsPassword(password)) violations.push_back({"password", kPasswordRule});
  return Combine(violations);
}

}  // namespace

bool IsUsername(std::string_view name) {
  return name.size() >= kMinUsername && name.size() <= kMaxUsername &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsAlphanumeric(c) || IsOneOf(c, "_.-"); });
}

Status CheckRegistration(const RegisterRequest& request) {
  return CheckNamesAndPassword(request.username, request.email, request.password);
}

Status CheckUpgrade(const UpgradeAccountRequest& request) {
  return CheckNamesAndPassword(request.username, request.email, request.password);
}

Status CheckNewPassword(std::string_view field, std::string_view password) {
  return IsPassword(password) ? Status() : InvalidField(field, kPasswordRule);
}

Status CheckEmail(std::string_view email) {
  return IsEmail(email) ? Status() : InvalidField("email", kEmailRule);
}

Status CheckDeviceSecret(std::string_view secret) {
  const bool fits = secret.size() >= kMinDeviceSecret && secret.size() <= kMaxDeviceSecret &&
                    std::all_of(secret.begin(), secret.end(), IsPrintable);
  if (fits) return {};
  return InvalidField("device_secret", "must be 32 to 128 printable ASCII characters, random as a key");
}

Status CheckTwitchToken(std::string_view token) {
  return CheckTwitchLogin({.helix_token = std::string(token), .client_id = {}, .user_id = {}});
}

Status NoTwitch() {
  return MakeStatus(StatusCode::kUnimplemented,
                    "this server takes no Twitch logins; its operator sets --twitch-client-id to allow them");
}

Status CheckTwitchLogin(const TwitchLoginRequest& request) {
  const auto is_token = [](std::string_view text) {
    return text.size() <= kMaxTwitchText && std::all_of(text.begin(), text.end(), IsPrintable);
  };
  std::vector<FieldViolation> violations;
  if (request.helix_token.empty() || !is_token(request.helix_token)) {
    violations.push_back({"helix_token", "must be a user access token of Twitch"});
  }
  if (!is_token(request.client_id)) violations.push_back({"client_id", "must be Twitch's id of the game"});
  if (!is_token(request.user_id)) violations.push_back({"user_id", "must be Twitch's id of the user"});
  return Combine(violations);
}

Status CheckCode(std::string_view code) {
  if (!code.empty() && code.size() <= kMaxTypedCode) return {};
  return InvalidField("code", "must be the code from the mail, 10 letters and digits");
}

Status CheckLogin(const LoginRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.username.empty() || request.username.size() > kMaxEmail) {
    violations.push_back({"username", "must be a user name or an e-mail address, 1 to 254 bytes"});
  }
  if (request.password.empty() || request.password.size() > kMaxPassword) {
    violations.push_back({"password", "must be 1 to 256 bytes"});
  }
  return Combine(violations);
}

Status CheckIdempotencyKey(std::string_view key) {
  if (key.size() > kMaxIdempotencyKey || !std::all_of(key.begin(), key.end(), IsPrintable)) {
    return InvalidField("idempotency-key", "must be 1 to 128 printable ASCII characters without spaces");
  }
  return {};
}

bool IsBanned(const User& user, WallTime now) {
  return user.state == AccountState::kBanned && (user.banned_until == WallTime{} || now < user.banned_until);
}

Status CheckMaySignIn(const User& user, WallTime now) {
  if (user.state == AccountState::kDeleting) return AccountGone();
  if (!IsBanned(user, now)) return {};
  const std::string end = user.banned_until == WallTime{} ? "" : " until " + FormatUtc(user.banned_until);
  return WithReason(MakeStatus(StatusCode::kPermissionDenied, "the account is banned" + end),
                    "ACCOUNT_BANNED");
}

Status AccountGone() {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, "the account was deleted"), "ACCOUNT_DELETED");
}

bool LooksLikeEmail(std::string_view name) { return name.find('@') != std::string_view::npos; }

}  // namespace oofgg::auth
