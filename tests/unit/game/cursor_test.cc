#include "game/cursor.h"

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

const Cursors& Ours() {
  static const Cursors cursors("0123456789abcdef");
  return cursors;
}

TEST(CursorTest, ComesBackAsItWas) {
  for (const std::string& position : {std::string(), std::string("17,4"), std::string("\0\xff", 2)}) {
    EXPECT_EQ(*Ours().Decode("games", Ours().Encode("games", position)), position);
  }
  EXPECT_EQ(*Ours().Decode("games", ""), "");
}

TEST(CursorTest, OnlyItsOwnListTakesIt) {
  const std::string cursor = Ours().Encode("scores/ann/arena", "17");
  EXPECT_EQ(FieldOf(Ours().Decode("scores/ann/chess", cursor).status()), "cursor");
  EXPECT_FALSE(Ours().Decode("scores/ann/arena1", Ours().Encode("scores/ann/arena", "17")).ok());
  EXPECT_FALSE(Ours().Decode("scores/ann/aren", Ours().Encode("scores/ann/arena", "17")).ok());
}

TEST(CursorTest, NobodyElseMakesOne) {
  const Cursors others("fedcba9876543210");
  EXPECT_FALSE(Ours().Decode("games", others.Encode("games", "17")).ok());
  std::string cursor = Ours().Encode("games", "17");
  for (char& c : cursor) {
    const char was = std::exchange(c, c == 'A' ? 'B' : 'A');
    EXPECT_FALSE(Ours().Decode("games", cursor).ok());
    c = was;
  }
  EXPECT_FALSE(Ours().Decode("games", "AAAA").ok());
  EXPECT_FALSE(Ours().Decode("games", "not base64!").ok());
  EXPECT_FALSE(Ours().Decode("games", std::string(1'000'000, 'A')).ok());
}

}  // namespace
}  // namespace oofgg::game
