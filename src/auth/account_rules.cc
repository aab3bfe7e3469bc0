#include "auth/account_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "auth/text.h"

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

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

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

bool IsUsername(std::string_view name) {
  return name.size() >= kMinUsername && name.size() <= kMaxUsername &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsAlphanumeric(c) || IsOneOf(c, "_.-"); });
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

}  // namespace

Status CheckRegistration(const RegisterRequest& request) {
  std::vector<FieldViolation> violations;
  if (!IsUsername(request.username)) {
    violations.push_back({"username", "must be 3 to 32 letters, digits, dots, hyphens or underscores"});
  }
  if (!request.email.empty() && !IsEmail(request.email)) {
    violations.push_back({"email", "must be an address such as name@example.com, in ASCII, or empty"});
  }
  if (!IsPassword(request.password)) {
    violations.push_back({"password", "must be 8 to 256 bytes of UTF-8"});
  }
  return Combine(violations);
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
  const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
  if (key.size() > kMaxIdempotencyKey || !std::all_of(key.begin(), key.end(), is_printable)) {
    return InvalidField("idempotency-key", "must be 1 to 128 printable ASCII characters without spaces");
  }
  return {};
}

bool LooksLikeEmail(std::string_view name) { return name.find('@') != std::string_view::npos; }

}  // namespace oofgg::auth
