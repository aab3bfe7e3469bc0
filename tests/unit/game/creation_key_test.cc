#include "game/creation_key.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace oofgg::game {
namespace {

std::int64_t SumOf(const Attribute& value) {
  Fingerprint sum;
  AddAttributes(sum, {{"key", value}});
  return sum.value();
}

TEST(CreationKeyTest, AttributesThatDifferInAnythingAreDifferentRequests) {
  EXPECT_EQ(SumOf(1e-7F), SumOf(1e-7F));
  EXPECT_NE(SumOf(1e-7F), SumOf(2e-7F)) << "however small they are";
  EXPECT_NE(SumOf(1.0F), SumOf(1)) << "types count";
  EXPECT_NE(SumOf(1), SumOf(true));
  EXPECT_NE(SumOf(std::string("1")), SumOf(1));
  EXPECT_NE(SumOf(std::string("1")), SumOf(std::string("2")));
}

TEST(CreationKeyTest, AFingerprintIsStoredAndHenceStaysWhatItIs) {
  Fingerprint sum;
  sum.Add("arena").Add(7);
  AddAttributes(sum, {{"map", std::string("desert")}, {"level", 3}, {"speed", 0.5F}, {"open", true}});
  EXPECT_EQ(sum.value(), -8651580741828260650);
}

}  // namespace
}  // namespace oofgg::game
