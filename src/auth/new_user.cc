#include "auth/new_user.h"

#include <cctype>
#include <utility>

#include "auth/text.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeLength = 10;

char ReadAs(char typed) {
  const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(typed)));
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

}  // namespace

User NewUser(const Clock& clock, RandomSource& random, std::string username) {
  return {.id = NewUuidV7(clock, random),
          .username = std::move(username),
          .role = "user",
          .created_at = std::chrono::floor<std::chrono::milliseconds>(clock.WallNow())};
}

std::string MadeUsername(std::string_view prefix, RandomSource& random) {
  return std::string(prefix) + "_" + FoldCase(RandomCode(random));
}

std::string RandomCode(RandomSource& random) {
  std::string code;
  for (std::size_t i = 0; i < kCodeLength; ++i) code += kCrockford[random.Below(kCrockford.size())];
  return code;
}

std::string NormalizedCode(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c != ' ' && c != '-') code += ReadAs(c);
  }
  return code;
}

}  // namespace oofgg::auth
