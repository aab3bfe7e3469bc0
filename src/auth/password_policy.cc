#include "auth/password_policy.h"

#include <algorithm>
#include <string>

#include "auth/common_passwords.h"
#include "auth/text.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMinTelling = 4;  // Shorter names are in too many words to tell anything.

Status TooEasy(std::string_view why) {
  return WithReason(InvalidField("password", std::string(why) + "; several words in a row are better"),
                    "PASSWORD_TOO_EASY");
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

Status CommonPasswordPolicy::Check(std::string_view password, std::string_view username,
                                   std::string_view email) const {
  if (password.size() < 2) return TooEasy("is too short");
  const std::string folded = FoldCase(password);
  if (IsCommonPassword(folded)) return TooEasy("is among the most common ones");
  if (IsRun(folded) || IsRepetition(folded)) return TooEasy("is a mere run or repetition");
  const std::string mailbox = FoldCase(email.substr(0, email.find('@')));
  if (IsMadeOf(folded, FoldCase(username)) || IsMadeOf(folded, mailbox)) {
    return TooEasy("is little more than the account's own name");
  }
  return {};
}

}  // namespace oofgg::auth
