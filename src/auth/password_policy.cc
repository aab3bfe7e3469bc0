#include "oofgg/auth/password_policy.h"

#include <algorithm>
#include <string>
#include <utility>

#include "auth/breached_passwords.h"
#include "auth/common_passwords.h"
#include "auth/digest.h"
#include "auth/text.h"
#include "base/encoding.h"
#include "oofgg/clock.h"
#include "oofgg/log.h"
#include "oofgg/token_bucket.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMinLength = 8;
constexpr std::size_t kMinTelling = 4;  // Shorter names are in too many words to tell anything.

Status TooEasy(std::string_view why) {
  return WithReason(InvalidField("password", std::string(why) + "; several words in a row are better"),
                    "PASSWORD_TOO_EASY");
}

/// Of UTF-8: all bytes but those that go on with a character.
std::size_t CharactersIn(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string ToUpper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// `aaaaaaaa`, `12345678`, `87654321`: each character is the one before it plus the same step.
bool IsRun(std::string_view text) {
  const int step = text[1] - text[0];
  if (step < -1 || step > 1) return false;
  return std::adjacent_find(text.begin(), text.end(),
                            [step](char left, char right) { return right - left != step; }) == text.end();
}

/// `abcabcabc`: a piece of at most a third of it, again and again.
bool IsRepetition(std::string_view text) {
  for (std::size_t length = 1; length * 3 <= text.size(); ++length) {
    if (text.substr(length) == text.substr(0, text.size() - length)) return true;
  }
  return false;
}

/// The name, perhaps with a little before or behind it.
bool IsMadeOf(std::string_view password, std::string_view name) {
  constexpr std::size_t kLittle = 4;
  return name.size() >= kMinTelling && password.size() <= name.size() + kLittle &&
         password.find(name) != std::string_view::npos;
}

}  // namespace

Status CommonPasswordPolicy::Check(std::string_view password, const PasswordOwner& owner) const {
  if (password.size() < 2 || CharactersIn(password) < min_length_) {
    return TooEasy("has fewer than " + std::to_string(std::max(min_length_, kMinLength)) + " characters");
  }
  const std::string folded = FoldCase(password);
  if (IsCommonPassword(folded)) return TooEasy("is among the most common ones");
  if (IsRun(folded) || IsRepetition(folded)) return TooEasy("is a mere run or repetition");
  const std::string mailbox = FoldCase(owner.email.substr(0, owner.email.find('@')));
  if (IsMadeOf(folded, FoldCase(owner.username)) || IsMadeOf(folded, mailbox)) {
    return TooEasy("is little more than the account's own name");
  }
  return {};
}

StatusOr<std::unique_ptr<BreachedPasswordPolicy>> BreachedPasswordPolicy::Open(
    const std::string& path, std::unique_ptr<const PasswordPolicy> first) {
  OOFGG_ASSIGN_OR_RETURN(std::unique_ptr<const BreachedPasswords> breached,
                         BreachedPasswords::OpenFile(path));
  if (const Status list = breached->CheckSamples(); !list.ok()) return Annotate(list, path);
  return std::unique_ptr<BreachedPasswordPolicy>(
      new BreachedPasswordPolicy(std::move(breached), std::move(first)));
}

BreachedPasswordPolicy::BreachedPasswordPolicy(std::unique_ptr<const BreachedPasswords> breached,
                                               std::unique_ptr<const PasswordPolicy> first)
    : warnings_(std::make_unique<TokenBucket>(Clock::System(), RateLimit{.per_second = 1, .burst = 1})),
      breached_(std::move(breached)),
      first_(std::move(first)) {}
BreachedPasswordPolicy::~BreachedPasswordPolicy() = default;

Status BreachedPasswordPolicy::Check(std::string_view password, const PasswordOwner& owner) const {
  OOFGG_RETURN_IF_ERROR(first_->Check(password, owner));
  const StatusOr<bool> found = breached_->Contains(ToUpper(base::HexEncode(Sha1(password))));
  if (!found.ok()) {
    if (warnings_->TryTake()) {
      Log(LogLevel::kWarning, "auth",
          "no new password is taken, as the breached ones cannot be read: " +
              std::string(found.status().message()));
    }
    return MakeStatus(StatusCode::kUnavailable,
                      "cannot check the new password against breaches now; try again");
  }
  if (!*found) return {};
  return WithReason(
      InvalidField(
          "password",
          "has become public in a breach of some service, so it is among those that are tried; choose "
          "one that you use nowhere else"),
      "PASSWORD_BREACHED");
}

}  // namespace oofgg::auth
