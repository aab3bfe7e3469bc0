#include "auth/common_passwords.h"

#include <algorithm>
#include <array>

namespace oofgg::auth {
namespace {

// Sorted, for the binary search.
constexpr std::array<std::string_view, 189> kCommon = {
    "00000000",   "0987654321",    "102030405",  "11111111",   "11223344",   "12121212",   "123123123",
    "12344321",   "12345678",      "123456789",  "1234567890", "1234qwer",   "123654789",  "123qwe123",
    "123qweasd",  "135792468",     "147258369",  "159753456",  "1q2w3e4r",   "1q2w3e4r5t", "1qaz2wsx",
    "1qazxsw2",   "22222222",      "55555555",   "66666666",   "741852963",  "77777777",   "789456123",
    "87654321",   "88888888",      "987654321",  "9876543210", "99999999",   "a1234567",   "a12345678",
    "a1b2c3d4",   "aa123456",      "abc12345",   "abcd1234",   "abcdefg1",   "abcdefgh",   "admin123",
    "admin1234",  "administrator", "arsenal1",   "asdasdasd",  "asdf1234",   "asdfghjk",   "asdfghjkl",
    "ashley123",  "asshole1",      "babygirl",   "babygirl1",  "barcelona",  "baseball",   "baseball1",
    "basketball", "batman123",     "blink182",   "bullshit",   "butterfly",  "changeme",   "changeme1",
    "charlie1",   "cheesecake",    "chelsea1",   "chocolate",  "cocacola",   "computer",   "computer1",
    "corvette",   "danielle",      "december",   "default1",   "dragon123",  "elizabeth",  "eminem123",
    "facebook1",  "february",      "football",   "football1",  "fortnite",   "freedom1",   "fuckyou1",
    "fuckyou123", "gameover",      "gamer123",   "google123",  "guest123",   "hunter123",  "hunter22",
    "ihateyou",   "iloveyou",      "iloveyou1",  "iloveyou2",  "internet",   "iphone123",  "jennifer",
    "jessica1",   "jordan23",      "juventus",   "killer123",  "letmein1",   "letmein123", "linkedin1",
    "liverpool",  "liverpool1",    "lovely123",  "loveyou1",   "manchester", "mario123",   "master123",
    "maverick",   "mercedes",      "metallica",  "michael1",   "midnight",   "minecraft",  "minecraft1",
    "monkey123",  "nintendo",      "nirvana1",   "november",   "october1",   "p@ssw0rd",   "p@ssword",
    "pa55word",   "passport",      "passw0rd",   "password",   "password1",  "password12", "password123",
    "passwort",   "playstation",   "pokemon1",   "pokemon123", "porsche1",   "princess",   "princess1",
    "q1w2e3r4",   "qazwsxedc",     "qweqweqwe",  "qwer1234",   "qwerty12",   "qwerty123",  "qwerty1234",
    "qwertyui",   "qwertyuiop",    "realmadrid", "roblox123",  "rootroot",   "samantha",   "samsung1",
    "secret123",  "september",     "shadow123",  "slipknot",   "spiderman",  "spring2025", "starwars",
    "summer2020", "summer2021",    "summer2022", "summer2023", "summer2024", "summer2025", "sunshine",
    "sunshine1",  "superman",      "superman1",  "test1234",   "testing1",   "testing123", "testtest",
    "trustno1",   "user1234",      "victoria1",  "welcome1",   "welcome123", "whatever",   "winter2024",
    "winter2025", "xbox1234",      "zaq12wsx",   "zaq1zaq1",   "zelda123",   "zxcvbnm1",   "zxczxczxc"};
static_assert(std::is_sorted(kCommon.begin(), kCommon.end()));

}  // namespace

bool IsCommonPassword(std::string_view folded) {
  return std::binary_search(kCommon.begin(), kCommon.end(), folded);
}

}  // namespace oofgg::auth
