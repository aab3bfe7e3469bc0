#include "base/siphash.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::base {
namespace {

// The paper's appendix A and its reference implementation: key 00 01 … 0f, message 00 01 … of each length.
constexpr SipHash::Key kKey = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string Counting(std::size_t length) {
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(SipHashTest, GivesThePublishedValues) {
  const SipHash hash(kKey);
  EXPECT_EQ(hash(Counting(0)), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(hash(Counting(1)), 0x74f839c593dc67fdU);
  EXPECT_EQ(hash(Counting(7)), 0xab0200f58b01d137U);
  EXPECT_EQ(hash(Counting(8)), 0x93f5f5799a932462U);
  EXPECT_EQ(hash(Counting(15)), 0xa129ca6149be45e5U);
}

TEST(SipHashTest, AnotherKeyIsAnotherFunction) {
  EXPECT_NE(SipHash({1, 2})("token"), SipHash({1, 3})("token"));
}

}  // namespace
}  // namespace oofgg::base
